"""Tables, bars and numbers of the statistics."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyctl.domain.intervals import Share

BAR = "#"
PLOT_WIDTH = 76  # plotext draws no wider than a terminal of 80 columns where it cannot ask for the width


def columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Aligned columns: the first to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def bars(rows: Sequence[tuple[str, int]], width: int) -> list[str]:
    """A line for each name and number, with a bar in at most `width` characters; what is not 0 has one."""
    names = max((len(name) for name, _ in rows), default=0)
    most = max((number for _, number in rows), default=0)
    numbers = len(str(most))
    room = max(1, width - names - numbers - 4)
    lines = []
    for name, number in rows:
        length = max(1, round(room * number / most)) if number else 0
        lines.append(f"{name:>{names}}  {number:>{numbers}}  {BAR * length}".rstrip())
    return lines


def prose(text: str, width: int) -> list[str]:
    """A sentence or more in lines of at most `width`."""
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def percent(share: float | None) -> str:
    """`91.4 %`, or `-` for nothing."""
    return "-" if share is None else f"{100 * share:.1f} %"


def with_interval(share: Share) -> str:
    """`91.4 % (89-93)`, or `-` for nothing."""
    if share.share is None or share.low is None or share.high is None:
        return "-"
    return f"{100 * share.share:.1f} % ({100 * share.low:.0f}-{100 * share.high:.0f})"


def duration(seconds: float) -> str:
    """`42 s`, `9 min`, `3 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def counted(number: int, what: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number} {what}{'s' if number != 1 else ''}"


def last_days(number: int) -> str:
    """`last day`, `last 30 days`."""
    return "last day" if number == 1 else f"last {number} days"
