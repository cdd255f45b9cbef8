"""Ticks: what the learner says is done, and what a record proves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TickStatus(StrEnum):
    """State of an item."""

    OPEN = "open"
    CLAIMED = "claimed"
    PROVED = "proved"
    DROPPED = "dropped"

    @property
    def done(self) -> bool:
        """True where the item counts towards completion."""
        return self in (TickStatus.CLAIMED, TickStatus.PROVED)


class OpenItems(StrEnum):
    """What happens to the items that are open when a day is closed."""

    CARRY = "carry"
    DROP = "drop"


class EvidenceKind(StrEnum):
    """What a tick points at."""

    NONE = ""
    RECORD = "record"
    FILE = "file"


@dataclass(frozen=True)
class Tick:
    """The stored state of one item; `carried_to` is the day that an open item was moved to."""

    item_id: str
    status: TickStatus = TickStatus.OPEN
    evidence: str = ""
    evidence_kind: EvidenceKind = EvidenceKind.NONE
    carried_to: str | None = None
    at: int | None = None


@dataclass(frozen=True)
class Completion:
    """Done and counted items; dropped ones are not counted."""

    done: int
    total: int

    @property
    def share(self) -> float:
        """Done share in [0, 1]; 0 where nothing counts."""
        return self.done / self.total if self.total else 0.0
