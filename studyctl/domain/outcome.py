"""What a service returns: its result, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Area(StrEnum):
    """A part of the user's data that screens are bound to."""

    ITEMS = "items"
    DAYS = "days"
    SPRINT = "sprint"
    INBOX = "inbox"
    CARDS = "cards"
    INTERVIEW = "interview"
    LABS = "labs"
    SETTINGS = "settings"


Changes = frozenset[Area]
NOTHING: Changes = frozenset()


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """Result of one act and the areas it touched: only widgets bound to those redraw."""

    value: T
    changes: Changes = field(default=NOTHING)
