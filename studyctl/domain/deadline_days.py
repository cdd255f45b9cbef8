"""The days until a deadline: how long each phase is, and how many seconds each day may take.

Allowances spread the pass: with n days in all and B seconds spent before the last `tail` days, the tail may take at
most T with T / tail <= ratio * (B + T) / n, that is T <= B * q / (1 - q), q = tail * ratio / n; each day of it takes an
equal share of what is left. The days of the window before the tail take at most `ratio` times the mean and leave the
tail its mean. Nothing is planned for the date itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studyctl.errors import UsageError

TAIL_DAYS = 7
WINDOW_DAYS = 14
LOAD_RATIO = 1.26
BUILD_RETENTION = 0.87


@dataclass(frozen=True)
class Deadline:
    """From study day `start` on, be ready on study day `date`; both are ordinals.

    `total_seconds` is the time for all days together, `day_seconds` the most for one day.
    """

    start: int
    date: int
    total_seconds: float
    day_seconds: float
    build_retention: float = BUILD_RETENTION
    window: int = WINDOW_DAYS

    @property
    def days(self) -> int:
        """Days with reviews."""
        return self.date - self.start

    @property
    def pass_start(self) -> int:
        """First day of the last pass; short plans give it a third of their days."""
        return self.date - max(1, min(self.window, self.days // 3))

    @property
    def tail_start(self) -> int:
        """First day of the last week."""
        return max(self.start, self.date - TAIL_DAYS)

    def allowance(self, day: int, spent: Sequence[float]) -> float:
        """Seconds for `day`; `spent` has the seconds of the days from `start` until yesterday."""
        tail_days = self.date - self.tail_start
        before = sum(spent[: self.tail_start - self.start])
        room = self.total_seconds - sum(spent)
        if day >= self.tail_start:
            share = tail_days * LOAD_RATIO / self.days
            tail = self.total_seconds - before
            if share < 1:
                tail = min(tail, before * share / (1 - share))
            room = (tail - sum(spent[self.tail_start - self.start :])) / (self.date - day)
        elif day >= self.pass_start:
            mean = self.total_seconds / self.days
            room = min(LOAD_RATIO * mean, room - tail_days * mean)
        return max(0.0, min(self.day_seconds, room))


def plan(start: int, date: int, minutes: float, cards: int) -> Deadline:
    """A deadline with `minutes` a day for `cards` cards.

    Raises:
        UsageError: the date is not ahead, there is no time, or there is nothing to learn.
    """
    if date <= start:
        raise UsageError("The date is not in the future, so there is nothing to plan.", "Give a date after today.")
    if not minutes > 0:
        raise UsageError(f"{minutes:g} minutes a day leave no time for a card.", "Give more than 0 minutes.")
    if cards < 1:
        raise UsageError("There are no cards to be ready with.", "Give at least 1 card.")
    return Deadline(start, date, (date - start) * minutes * 60, minutes * 60)
