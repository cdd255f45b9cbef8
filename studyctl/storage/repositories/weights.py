"""The fitted weights of the scheduler, with the history of their fits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from studyctl.domain.scheduling import ALGORITHM
from studyctl.storage.repositories.settings import load_document, load_settings, save_document
from studyctl.storage.unit_of_work import Transaction

NAME = "fits"


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


def _past(fit: dict[str, Any]) -> PastFit:
    return PastFit(**{**fit, "old_weights": tuple(fit["old_weights"])})
