"""The due day that an interval leads to when a card's last answer is counted again by other rules."""

from __future__ import annotations

from studyctl.domain.load_balance import day_weight, past_breaks
from studyctl.domain.scheduling import draw_of, fuzz_bounds, fuzzed
from studyctl.domain.settings import Settings


def new_due_day(card: str, reps: int, last_day: int, interval: float, settings: Settings) -> int:
    """Study-day ordinal `interval` days (before fuzz) after the last answer, which was the `reps`-th.

    The fuzz is that of the last answer; easy days and planned breaks have their shares. How many cards other days
    have does not count, so that doing it twice gives the same day.
    """
    breaks = tuple(each.span for each in settings.breaks)
    low, high = fuzz_bounds(interval, settings.maximum_interval)
    late = past_breaks(last_day, low, high, breaks)
    weight = day_weight(last_day, {}, None, settings.easy_days, breaks)
    return last_day + fuzzed(interval + late, draw_of(card, max(0, reps - 1)), 1, settings.maximum_interval, weight)
