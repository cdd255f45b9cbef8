"""The figures of a run as text: measured, and what was predicted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.domain.predictions import FigureResult, told

if TYPE_CHECKING:
    from studyctl.services.predictions import Asked

SURPRISE, EXPECTED, UNASKED = "[!]", "[=]", "   "


def result_text(result: FigureResult) -> str:
    """What was predicted, measured, and whether that is a surprise; without the title."""
    return told(result).removeprefix(f"{result.figure.title}: ")


def figures(results: Sequence[FigureResult], width: int) -> Content:
    """The figures of a run below a heading, each wrapped to `width`."""
    lines = [Content.styled("Figures", "bold")]
    for each in results:
        glyph = SURPRISE if each.surprise else UNASKED if each.predicted is None else EXPECTED
        text = fill(told(each), max(20, width), initial_indent=f"{glyph} ", subsequent_indent="      ")
        lines.append(Content.styled(text, "bold" if each.surprise else ""))
    lines.append(Content.styled("K makes cards of them.", "$text-muted"))
    return Content("\n").join(lines)


def predicted_line(asked: Iterable[Asked]) -> str:
    """How many figures are predicted, on a line of its own; empty where none is."""
    found = tuple(asked)
    count = sum(each.predicted is not None for each in found)
    return f"\nPredicted: {count} of {len(found)} figures; P changes that until a run passes" if count else ""
