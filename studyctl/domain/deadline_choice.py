"""The user's deadline: what was chosen, what counts on a study day, and the rules that the days until then follow."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from studyctl.domain.deadline_days import BUILD_RETENTION, Deadline
from studyctl.errors import UsageError

MAX_DAYS = 730
MAX_MINUTES = 16 * 60
LEAST_SHARE = 0.5


class Stage(StrEnum):
    """Where a study day lies: before the last pass, in it, or on the date and after."""

    BUILD = "build"
    LAST_PASS = "last pass"
    OVER = "over"


@dataclass(frozen=True)
class RealDeadline(Deadline):
    """A deadline whose days are those of a real learner.

    While building, every day may take `day_seconds`. The pass shares out what is left of `total_seconds`; where that is
    little, as after days that were missed or took too long, a day still gets `LEAST_SHARE` of an even one. `past`
    are the seconds of the days from `start` that are not in `spent`, as a forecast from today on has them.
    """

    past: tuple[float, ...] = ()

    def allowance(self, day: int, spent: Sequence[float]) -> float:
        """Seconds for `day`; `spent` has the seconds of the days after `past` until yesterday."""
        if day < self.pass_start:
            return self.day_seconds
        even = self.total_seconds / self.days
        return max(super().allowance(day, (*self.past, *spent)), min(self.day_seconds, LEAST_SHARE * even))


@dataclass(frozen=True)
class DeadlineChoice:
    """Be ready on `date` with at most `minutes` a day, from study date `start` on.

    Until the last pass cards come back at `build_retention`. `total_minutes` is the time for all days together, at the
    pace of the model (`answer_pace`): what one fixed retention was expected to take.
    """

    date: datetime.date
    minutes: float
    start: datetime.date
    total_minutes: float
    build_retention: float = BUILD_RETENTION

    def days_left(self, day: int) -> int:
        """Days from a study-day ordinal to the date; 0 on the date, negative after it."""
        return self.date.toordinal() - day

    def rules(self, pace: float = 1.0) -> RealDeadline:
        """The rules for a user of this pace, in ordinals of study days."""
        start, date = self.start.toordinal(), self.date.toordinal()
        total = 60 * min(self.total_minutes * pace, (date - start) * self.minutes)
        return RealDeadline(start, date, total, self.minutes * 60, self.build_retention)

    def rules_from(self, today: int, past: Sequence[float], pace: float) -> RealDeadline:
        """The same with today as day 0; `past` are the seconds of every day from the start until yesterday."""
        moved = replace(self.rules(pace), start=self.start.toordinal() - today, date=self.days_left(today))
        return replace(moved, past=tuple(past))

    def stage(self, day: int) -> Stage:
        """The stage that a study day lies in."""
        if day >= self.date.toordinal():
            return Stage.OVER
        return Stage.LAST_PASS if day >= self.rules().pass_start else Stage.BUILD


def chosen_deadline(
    when: datetime.date,
    minutes: float,
    today: datetime.date,
    total_minutes: float | None = None,
    build_retention: float = 0.0,
) -> DeadlineChoice:
    """A deadline from today on; without `total_minutes` every day may take all its minutes.

    Raises:
        UsageError: the date is not ahead or too far, or the minutes are none or more than a day has.
    """
    days = (when - today).days
    if days < 1:
        raise UsageError(f"{when} is not in the future, so there is nothing to plan.", "Give a date after today.")
    if days > MAX_DAYS:
        raise UsageError(f"{when} is {days} days ahead, too far for a plan.", f"Give one within {MAX_DAYS} days.")
    if not 0 < minutes <= MAX_MINUTES:
        raise UsageError(
            f"{minutes:g} minutes a day cannot be planned.", f"Give more than 0 and at most {MAX_MINUTES} minutes."
        )
    return DeadlineChoice(when, minutes, today, total_minutes or days * minutes, build_retention)


def retention_on(deadline: DeadlineChoice | None, desired: float, day: int) -> float:
    """The retention that dates are set for on a study day: while building that of the deadline, else the desired one.

    In the last pass a date is for the time after the deadline, since the pass asks cards without looking at dates.
    """
    if deadline is not None and deadline.stage(day) is Stage.BUILD:
        return deadline.build_retention
    return desired


OVER = "The deadline has come: the desired retention counts again. `studyctl review deadline clear` ends this line."


def countdown(days: int) -> str:
    """`deadline in 9 days`, until it has passed."""
    if days > 1:
        return f"deadline in {days} days"
    if days == 1:
        return "deadline tomorrow"
    return "deadline today" if days == 0 else "deadline passed"
