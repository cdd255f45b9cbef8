"""Cards with their due days, and what is needed to move them: recall, overdueness, usable days.

Overdueness of a card on a day is how far it has come to where it is due:

    o = (1 / R - 1) / (1 / r - 1)

R is recall on that day, r the desired retention. It is 0 right after an answer, 1 when recall has fallen to r, and near
to elapsed days / interval. An early review loses 1 - o of what it should be worth, a late one comes o - 1 too late.
Source: FSRS Helper for Anki (open-spaced-repetition), which advances and postpones in the order of these two numbers.
Any other measure that follows from R alone, as the share of lost stability gain exp(w10 * (1 - R)) - 1, gives the
same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from studyctl.domain.load_balance import EVERY_DAY, Spans, day_share

EARLIEST = 0.5
"""Overdueness below which no card is asked early: the review would cost the same and be worth less than half."""


class DueCard(NamedTuple):
    """A card in review: stability in days, study-day ordinals of its last answer and of its due day."""

    id: str
    stability: float
    last_day: int
    due_day: int

    @property
    def interval(self) -> int:
        """Days that it was meant to wait."""
        return max(1, self.due_day - self.last_day)


class Move(NamedTuple):
    """A card that is due on `day` instead."""

    card: DueCard
    day: int


@dataclass(frozen=True)
class DueDays:
    """All cards in review as they stand on study day `today`.

    `recall(stability, days)` is the forgetting curve, `retention` the recall at which cards come due. `easy_days` and
    `breaks` are as in `load_balance`.
    """

    today: int
    cards: tuple[DueCard, ...]
    recall: Callable[[float, float], float]
    retention: float = 0.9
    easy_days: tuple[float, ...] = EVERY_DAY
    breaks: Spans = ()

    def asked_on(self, card: DueCard) -> int:
        """The day on which it would be asked: what is overdue today."""
        return max(self.today, card.due_day)

    def recall_on(self, card: DueCard, day: int) -> float:
        """Probability of recall on a study day."""
        return self.recall(card.stability, max(0, day - card.last_day))

    def overdueness(self, card: DueCard, day: int) -> float:
        """How far it has come to where it is due, on a study day; 1 is due."""
        return (1 / self.recall_on(card, day) - 1) / (1 / self.retention - 1)

    def earliest(self, card: DueCard) -> int:
        """The first day on which it is worth asking, at the latest the one on which it would be asked."""
        low, high = self.today, self.asked_on(card)
        while low < high:
            middle = (low + high) // 2
            if self.overdueness(card, middle) >= EARLIEST:
                high = middle
            else:
                low = middle + 1
        return low

    def loads(self) -> Counter[int]:
        """Cards by the day on which they would be asked."""
        return Counter(self.asked_on(card) for card in self.cards)

    def changed(self, moves: Iterable[Move]) -> tuple[Move, ...]:
        """Those of the moves that change when a card is asked, by day and card."""
        real = (move for move in moves if move.day != self.asked_on(move.card))
        return tuple(sorted(real, key=lambda move: (move.day, move.card.id)))

    def usable(self, first: int, count: int) -> dict[int, float]:
        """The next `count` days from `first` on outside breaks, each with its share of a usual day's load.

        Days of the week with share 0 are left out, unless all of them have it.
        """
        easy = self.easy_days if any(self.easy_days) else EVERY_DAY
        found: dict[int, float] = {}
        day = first
        while len(found) < count:
            if share := day_share(day, easy, self.breaks):
                found[day] = share
            day += 1
        return found
