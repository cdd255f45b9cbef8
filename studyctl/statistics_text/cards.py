"""How the cards stand: phases, stability, difficulty, recall today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studyctl.statistics_text.layout import bars

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics

STABILITIES = ("< 1 d", "1 d", "3 d", "7 d", "14 d", "21 d", "45 d", "90 d", "180 d", ">= 365 d")
DIFFICULTIES = ("1", "2", "3", "4", "5", "6", "7", "8", "9-10")
RECALLS = ("< 50 %", "50 %", "60 %", "70 %", "80 %", "85 %", "90 %", "95 %", ">= 98 %")
MOST_WIDTH = 100


def cards(view: ReviewStatistics, width: int) -> list[str]:
    """Bars; a group is named by its lower bound."""
    sums, room = view.cards, min(width, MOST_WIDTH)
    phases = (("new", sums.new), ("learning", sums.learning), ("young", sums.young), ("mature", sums.mature))
    lines = [
        f"{sums.total} cards in the decks; suspended among them: {sums.suspended}, leeches: {sums.leech}",
        *bars(phases, room),
        "mature: a stability of 21 days and more",
    ]
    if not any(sums.stability):
        return lines
    return [
        *lines,
        *_group("Recall probability today (a group is named by its lower bound)", RECALLS, sums.recall, room),
        *_group("Stability: days until recall has fallen to 90 %", STABILITIES, sums.stability, room),
        *_group("Difficulty, 1 to 10", DIFFICULTIES, sums.difficulty, room),
    ]


def _group(title: str, names: Sequence[str], numbers: Sequence[int], width: int) -> list[str]:
    return ["", title, *bars(list(zip(names, numbers, strict=True)), width)]
