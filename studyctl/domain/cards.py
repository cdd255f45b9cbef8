"""Flashcards and their memory state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from studyctl.domain.address import Address


class Rating(IntEnum):
    """The four answers, as in FSRS and Anki."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def label(self) -> str:
        """Name for screens."""
        return self.name.capitalize()


class Phase(StrEnum):
    """Where a card stands in its life."""

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


class CardKind(StrEnum):
    """How a card is asked and how its answer is compared."""

    QA = "qa"
    CLOZE = "cloze"
    TYPE = "type"
    NUMERIC = "numeric"
    CODE = "code"


@dataclass(frozen=True)
class Card:
    """One question with one answer; text is Markdown.

    `note` is the id in the deck's file: the gaps of one cloze text are siblings, cards with the same note and ids
    `note.1`, `note.2`. `near` names cards (by note) that ask nearly the same; siblings and near ones are kept apart in
    time. `answer` is what a typed answer is compared with, a number where the kind is numeric; `tolerance` is its
    allowed relative error.
    """

    id: str
    deck: str
    day: Address
    front: str
    back: str
    source: str
    topics: tuple[str, ...] = ()
    kind: CardKind = CardKind.QA
    note: str = ""
    near: tuple[str, ...] = ()
    answer: str = ""
    unit: str = ""
    tolerance: float = 0.0


@dataclass(frozen=True)
class Memory:
    """Scheduling state of a card (or of an interview question).

    `stability` in days, `difficulty` in [1, 10]; `due_day` and `last_day` are study-day ordinals; `due_at` is epoch
    milliseconds and set only for learning steps inside a day; `step` counts the learning steps passed.
    """

    phase: Phase = Phase.NEW
    stability: float | None = None
    difficulty: float | None = None
    step: int = 0
    due_day: int | None = None
    due_at: int | None = None
    last_day: int | None = None
    reps: int = 0
    lapses: int = 0
    suspended: bool = False
    leech: bool = False


class CardAct(StrEnum):
    """What was done to a card.

    A move sets its due day by hand; to forget makes it a new card again. To reschedule (by other weights) or to import
    sets its whole memory.
    """

    ANSWER = "answer"
    SUSPEND = "suspend"
    RESUME = "resume"
    MOVE = "move"
    FORGET = "forget"
    RESCHEDULE = "reschedule"
    IMPORT = "import"


@dataclass(frozen=True)
class ReviewEntry:
    """One line of the append-only review log; only an answer has a rating.

    `phase` is the one before the act, `stability` (days), `difficulty` and `interval_days` those behind it. `hour` is
    the local hour of the day, `former_days` the interval that the card had before, 0 for one inside a day. `after` is
    the memory behind an act that sets all of it, else None.
    """

    id: int
    card_id: str
    rating: Rating | None
    at: int
    day: int
    phase: Phase
    elapsed_days: int
    stability: float | None
    difficulty: float | None
    interval_days: int
    duration_ms: int
    act: CardAct = CardAct.ANSWER
    hour: int = 0
    former_days: int = 0
    after: Memory | None = None
