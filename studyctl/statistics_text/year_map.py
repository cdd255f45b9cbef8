"""A year of answers: a column for each week, a row for each weekday, a glyph for each day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

GLYPHS = ".:+#"
WEEKS = 53
_ROWS = ("Mon", "", "Wed", "", "Fri", "", "Sun")


def year_map(answers: Mapping[int, int], today: int, width: int) -> list[str]:
    """Answers by study-day ordinal, as many whole weeks up to `today` as fit; the last line explains the glyphs."""
    bounds = _bounds([count for count in answers.values() if count])
    weeks = min(WEEKS, width - 5)
    first = today - (today - 1) % 7 - 7 * (weeks - 1)
    lines = [_months(first, weeks)]
    for row, name in enumerate(_ROWS):
        days = (first + 7 * week + row for week in range(weeks))
        cells = "".join(_glyph(answers.get(day, 0), bounds) if day <= today else " " for day in days)
        lines.append(f"{name:<4} {cells}".rstrip())
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


def _months(first: int, weeks: int) -> str:
    """The months' names above the first whole week of each."""
    line = [" "] * (5 + weeks + 3)
    free = 0
    for week in range(weeks):
        monday = date.fromordinal(first + 7 * week)
        if monday.day <= 7 and week >= free:
            line[5 + week : 8 + week] = monday.strftime("%b")
            free = week + 4
    return "".join(line).rstrip()
