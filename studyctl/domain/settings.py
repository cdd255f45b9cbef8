"""What the user chose, with the defaults that a first start accepts with enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from studyctl.domain.breaks import Breaks
from studyctl.domain.clock import DEFAULT_ROLLOVER_HOUR
from studyctl.domain.deadline_choice import DeadlineChoice
from studyctl.domain.load_balance import EVERY_DAY
from studyctl.errors import UsageError

DEFAULT_HOURS_PER_DAY = 4.0


@dataclass(frozen=True)
class Settings:
    """All choices of one user.

    `start_date` is None until the first start was answered. `new_cards_per_day` and `new_questions_per_day`
    limit what the queues introduce; `desired_retention` is the recall probability that FSRS aims at.
    `fsrs_weights` are of the memory model `fsrs_algorithm`; None takes its defaults. `easy_days` are the shares of a
    usual day's reviews, in [0, 1], that Monday to Sunday shall have. On the days of `breaks` nothing shall come due.
    `deadline` is None without one. `background_fit` lets the weights be fitted after review sessions.
    """

    start_date: date | None = None
    hours_per_day: float = DEFAULT_HOURS_PER_DAY
    active_track: str = "p90"
    rollover_hour: int = DEFAULT_ROLLOVER_HOUR
    new_cards_per_day: int = 10
    new_questions_per_day: int = 1
    desired_retention: float = 0.9
    maximum_interval: int = 36500
    fsrs_algorithm: str = "FSRS-6"
    fsrs_weights: tuple[float, ...] | None = None
    easy_days: tuple[float, ...] = EVERY_DAY
    breaks: Breaks = ()
    deadline: DeadlineChoice | None = None
    background_fit: bool = True


def parse_start_date(text: str, today: date) -> date:
    """An ISO date, or today for empty text.

    Raises:
        UsageError: not a date.
    """
    if not text.strip():
        return today
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date.", "Write it as YYYY-MM-DD, or press enter for today.") from error


def parse_hours(text: str) -> float:
    """Hours a day in (0, 16], or the default for empty text.

    Raises:
        UsageError: not a number in that range.
    """
    if not text.strip():
        return DEFAULT_HOURS_PER_DAY
    try:
        hours = float(text.strip().replace(",", "."))
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 16:
        raise UsageError(
            f"{text!r} is not a number of hours a day.",
            "Write a number above 0 and up to 16, or press enter for 4.",
        )
    return hours
