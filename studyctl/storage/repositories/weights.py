"""The fitted weights of the scheduler, with the history of their fits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from studyctl.domain.scheduling import ALGORITHM
from studyctl.storage.repositories.settings import load_document, save_document
from studyctl.storage.unit_of_work import Transaction

NAME = "fitted_weights"


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
    """The weights that stand; those of another algorithm count as none."""
    stored = load_document(connection, NAME)
    if stored is None:
        return FittedWeights()
    history = tuple(_past(fit) for fit in stored["history"])
    weights = tuple(stored["weights"]) if stored["weights"] and stored["algo"] == ALGORITHM else None
    return FittedWeights(weights, ALGORITHM, history)


def save_weights(transaction: Transaction, fitted: FittedWeights) -> None:
    """Store weights and history as one document."""
    save_document(transaction, NAME, asdict(fitted))


def _past(fit: dict[str, Any]) -> PastFit:
    return PastFit(**{**fit, "old_weights": tuple(fit["old_weights"])})
