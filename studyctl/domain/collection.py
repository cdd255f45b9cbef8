"""Flashcards as they travel between programs: texts, schedule and log, bound to no engine and no file format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from enum import IntEnum

from studyctl.domain.cards import CardKind, Phase, Rating
from studyctl.domain.clock import DEFAULT_ROLLOVER_HOUR, from_millis, study_day

_FACTOR_FLOOR = 100
_FACTOR_CEILING = 1100
_FACTOR_PER_DIFFICULTY = 1000 / 9
_NOON_OF_2020 = 1_577_880_000_000


class ReviewType(IntEnum):
    """What kind of answer a line of the log is; the numbers are Anki's."""

    LEARN = 0
    REVIEW = 1
    RELEARN = 2
    FILTERED = 3
    MANUAL = 4
    RESCHEDULED = 5


@dataclass(frozen=True, slots=True)
class CardState:
    """What is known of one card's memory, and when it is asked next.

    `stability` is in days, `difficulty` in [1, 10]. A card waits for a study day (`due_day`, a proleptic ordinal) or,
    inside its learning steps, for a moment (`due_ms`, epoch milliseconds); a new card waits for neither. `interval` is
    in days, 0 while learning. `steps_left` counts the learning steps to come; `last_ms` is the newest answer in epoch
    milliseconds; `retention` and `decay` are the target and the curve that the due date was computed with. `ease` is
    the multiplier of SM-2, for schedules without stability (None: 2.5).
    """

    phase: Phase = Phase.NEW
    stability: float | None = None
    difficulty: float | None = None
    due_day: int | None = None
    due_ms: int | None = None
    interval: int = 0
    reps: int = 0
    lapses: int = 0
    suspended: bool = False
    leech: bool = False
    steps_left: int = 0
    last_ms: int | None = None
    retention: float | None = None
    decay: float | None = None
    ease: float | None = None


@dataclass(frozen=True, slots=True)
class CollectionCard:
    """One question with one answer; `front` and `back` are Markdown.

    `note_id` is shared by siblings. `extra` are further named values that travel along unread. `state` is None where
    the card travels without its schedule.
    """

    id: str
    note_id: str
    deck: str
    front: str
    back: str
    kind: CardKind = CardKind.QA
    tags: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    state: CardState | None = None


@dataclass(frozen=True, slots=True)
class LoggedReview:
    """One answer: `at` in epoch milliseconds, `took_ms` in milliseconds.

    `before` and `after` are intervals: days where positive, seconds where negative. `factor` is in thousandths: an ease
    (1300 and more) or a difficulty between 100 and 1100, see `factor_of`. `rating` is None where nobody answered and
    the card was rescheduled by hand, or made new again (`reset`). `stability` (days) and `difficulty` are those behind
    the answer, None where the log does not keep them.
    """

    card_id: str
    at: int
    rating: Rating | None
    before: int = 0
    after: int = 0
    factor: int = 0
    took_ms: int = 0
    type: ReviewType = ReviewType.REVIEW
    stability: float | None = None
    difficulty: float | None = None

    @property
    def reset(self) -> bool:
        """True where the card was made new again; what lies before counts no more (as in Anki's rslib/src/revlog)."""
        return self.type is ReviewType.MANUAL and self.rating is None and self.factor == 0

    @property
    def answer(self) -> bool:
        """True for an answer that the schedule followed: not for cramming in a filtered deck, nor for acts by hand."""
        crammed = self.type is ReviewType.FILTERED and self.factor == 0
        return self.rating is not None and self.type < ReviewType.MANUAL and not crammed


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything that travels.

    `created_at` and `changed_at` are epoch milliseconds (None: not told); `rollover_hour` is when a study day begins,
    0 to 23 local time; `zone_offset` is local time minus UTC at the creation, in minutes. `media` names the files that
    the texts refer to; the files themselves do not travel.
    """

    cards: tuple[CollectionCard, ...]
    reviews: tuple[LoggedReview, ...] = ()
    created_at: int | None = None
    changed_at: int | None = None
    rollover_hour: int = DEFAULT_ROLLOVER_HOUR
    zone_offset: int = 0
    media: tuple[str, ...] = ()

    @property
    def first_moment(self) -> int:
        """Epoch milliseconds of the creation; where it is not told, of the oldest answer or a day in 2020."""
        if self.created_at is not None:
            return self.created_at
        return min((review.at for review in self.reviews), default=_NOON_OF_2020)

    @property
    def last_moment(self) -> int:
        """Epoch milliseconds of the newest change; where it is not told, of the newest answer or the creation."""
        if self.changed_at is not None:
            return self.changed_at
        return max((review.at for review in self.reviews), default=self.first_moment)

    @property
    def first_day(self) -> int:
        """Ordinal of the study day of the creation, from which Anki counts."""
        return study_day(from_millis(self.first_moment, offset_zone(self.zone_offset)), self.rollover_hour)


def offset_zone(minutes: int) -> timezone:
    """The zone that is always `minutes` ahead of UTC."""
    return timezone(timedelta(minutes=minutes))


def factor_of(difficulty: float) -> int:
    """A difficulty in [1, 10] as the thousandths of the log, 100 to 1100."""
    return round((difficulty - 1) * _FACTOR_PER_DIFFICULTY) + _FACTOR_FLOOR


def difficulty_of(factor: int) -> float | None:
    """The difficulty that a log's factor stands for; None where it is an ease or nothing."""
    if not _FACTOR_FLOOR <= factor <= _FACTOR_CEILING:
        return None
    return (factor - _FACTOR_FLOOR) / _FACTOR_PER_DIFFICULTY + 1
