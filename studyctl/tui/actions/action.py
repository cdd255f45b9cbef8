"""What an action is, and where it works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action works; the value is the heading in the help."""

    GLOBAL = "Everywhere"
    LIST = "Lists"
    TODAY = "Today"
    DAY = "Day"
    CLOSE_DAY = "Close day"
    FOCUS = "Sprint"
    INBOX = "Inbox"
    REVIEW = "Review"
    INTERVIEW = "Interview"
    LABS = "Labs"
    LAB = "Lab"
    PREDICT = "Predict"
    LAB_CARDS = "Cards from a run"
    PROGRESS = "Progress"
    LESSON = "Lesson"
    SEARCH = "Search"
    MAP = "Map"
    STATISTICS = "Statistics"
    BROWSER = "Cards"


@dataclass(frozen=True)
class Action:
    """One thing that keys do. `id` is stable, so that users can rebind it; `run` is the Textual action.

    A letter has the same `label` wherever it is bound.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: Scope
    run: str
    footer: bool = True
    key_name: str = ""
