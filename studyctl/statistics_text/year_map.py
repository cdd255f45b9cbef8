"""A year of answers: a column for each week, a row for each weekday, a glyph for each day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

GLYPHS = ".:+#"
WEEKS = 53
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABEL = 5  # width of the weekday
_ROWS = ("Mon", "", "Wed", "", "Fri", "", "Sun")


def year_map(answers: Mapping[int, int], today: int, width: int) -> list[str]:
    """Answers by study-day ordinal, as many whole weeks up to `today` as fit; the last line explains the glyphs.

    A day is two characters wide where there is room for the whole year.
    """
    bounds = _bounds([count for count in answers.values() if count])
    wide = 2 if width >= _LABEL + 2 * WEEKS else 1
    weeks = min(WEEKS, width - _LABEL)
    first = today - (today - 1) % 7 - 7 * (weeks - 1)
    lines = [_months(first, weeks, wide)]
    for row, name in enumerate(_ROWS):
        days = (first + 7 * week + row for week in range(weeks))
        cells = "".join(wide * (_glyph(answers.get(day, 0), bounds) if day <= today else " ") for day in days)
        lines.append(f"{name:<{_LABEL}}{cells}".rstrip())
    return [*lines, _legend(bounds)]


def _bounds(counts: list[int]) -> list[int]:
    """The largest number of answers that each glyph but the last stands for: quarters of the days with answers."""
    ranked = sorted(counts)
    quarters = {ranked[(len(ranked) - 1) * quarter // 4] for quarter in (1, 2, 3)} if ranked else set()
    return sorted(quarters)


def _glyph(count: int, bounds: list[int]) -> str:
    return " " if count == 0 else GLYPHS[sum(count > bound for bound in bounds)]


def _legend(bounds: list[int]) -> str:
    if not bounds:
        return "blank: no answer"
    parts, low = ["blank: no answer"], 1
    for glyph, bound in zip(GLYPHS, bounds, strict=False):
        parts.append(f"{glyph} {low}" if bound == low else f"{glyph} {low}-{bound}")
        low = bound + 1
    return "   ".join([*parts, f"{GLYPHS[len(bounds)]} {low} and more"])


def _months(first: int, weeks: int, wide: int) -> str:
    """The months' names above the first whole week of each."""
    line = [" "] * (_LABEL + wide * weeks + 3)
    free = 0
    for week in range(weeks):
        monday = date.fromordinal(first + 7 * week)
        place = _LABEL + wide * week
        if monday.day <= 7 and place >= free:
            line[place : place + 3] = MONTHS[monday.month - 1]
            free = place + 4
    return "".join(line).rstrip()
