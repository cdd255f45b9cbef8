"""The fitted weights of the scheduler, with the history of their fits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from studyctl.domain.scheduling import ALGORITHM
from studyctl.storage.repositories.settings import load_document, load_settings, save_document
from studyctl.storage.tables import SettingRow, table_of
from studyctl.storage.unit_of_work import Transaction, write_row

NAME = "fits"
ATTEMPT = "fit_attempt"


@dataclass(frozen=True)
class PastFit:
    """One accepted fit: its ISO date, what it saw, both losses on held-out reviews, and the weights it replaced."""

    date: str
    algo: str
    reviews: int
    cards: int
    trained: int
    held_out: int
    old_log_loss: float
    new_log_loss: float
    old_rmse: float
    new_rmse: float
    old_weights: tuple[float, ...]


@dataclass(frozen=True)
class Attempt:
    """A fit after a session: its ISO date, how many answers the log had, and whether the weights were better.

    `change` is the mean difference of the held-out log loss, new minus old, and `bound` its one-sided 95 % bound; both
    are None where the answers were spread over too few days to judge.
    """

    date: str
    answers: int
    accepted: bool
    change: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class FittedWeights:
    """Weights that stand (None: the defaults), for the algorithm `algo`; `history` is oldest first."""

    weights: tuple[float, ...] | None = None
    algo: str = ALGORITHM
    history: tuple[PastFit, ...] = ()


def load_weights(connection: Connection) -> FittedWeights:
    """The weights that stand among the user's choices; those of another algorithm count as none."""
    chosen = load_settings(connection)
    history = tuple(_past(fit) for fit in load_document(connection, NAME) or ())
    return FittedWeights(chosen.fsrs_weights if chosen.fsrs_algorithm == ALGORITHM else None, ALGORITHM, history)


def save_weights(transaction: Transaction, fitted: FittedWeights) -> None:
    """Store the weights as the user's choice, and the history beside it."""
    save_document(transaction, "fsrs_weights", fitted.weights)
    save_document(transaction, "fsrs_algorithm", fitted.algo)
    save_document(transaction, NAME, [asdict(fit) for fit in fitted.history])


def load_attempt(connection: Connection) -> Attempt | None:
    """The last fit after a session, whatever came of it."""
    document = load_document(connection, ATTEMPT)
    return None if document is None else Attempt(**document)


def note_attempt(connection: Connection, attempt: Attempt) -> None:
    """Remember an attempt. No act of the user: undoing a fit does not make it come again after the next session."""
    row = {"name": ATTEMPT, "value": json.dumps(asdict(attempt))}
    write_row(connection, table_of(SettingRow), ATTEMPT, row)


def _past(fit: dict[str, Any]) -> PastFit:
    return PastFit(**{**fit, "old_weights": tuple(fit["old_weights"])})
