"""Minutes a day against desired retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.plots import draw_plot, legend
from studyctl.statistics_text.layout import PLOT_WIDTH, columns, counted, prose

if TYPE_CHECKING:
    from studyctl.domain.workload import WorkloadPoint
    from studyctl.services.review_statistics import Workload

HEIGHT = 16
NOTHING = "No card is in review yet: the cost of a retention is simulated on cards that were learnt."


def workload(found: Workload, width: int, plot: bool = True) -> list[str]:
    """The curve as a plot and as a table; marks are words."""
    if not found.points:
        return prose(NOTHING, width)
    of = "" if found.simulated == found.cards else f" ({found.simulated} of them simulated)"
    source = "your pace" if found.own_pace else "an average pace"
    lines = [
        *prose(
            f"Time for the {counted(found.cards, 'card')} in review{of} over the next {found.days} days if every card "
            f"followed that retention, by the memory model at {source}. New cards are left out.",
            width,
        ),
        "",
    ]
    if plot:
        drawn = _plot(found)
        lines += ["minutes a day", *draw_plot(drawn, min(width, PLOT_WIDTH), HEIGHT).splitlines(), legend(drawn), ""]
    return [*lines, *_table(found), "", *prose(_notes(found), width)]


def _plot(found: Workload) -> dict[str, object]:
    marked = [("desired now", found.current), ("cheapest for each remembered card", found.cheapest)]
    series = [("minutes a day", found.points)]
    series += [(name, tuple(p for p in found.points if p.retention == retention)) for name, retention in marked]
    return {
        "title": "",
        "kind": "line",
        "x_label": "desired retention, %",
        "series": [
            {"name": name, "x": [100 * p.retention for p in points], "y": [p.minutes for p in points]}
            for name, points in series
        ],
    }


def _table(found: Workload) -> list[str]:
    rows = []
    for before, point in zip((None, *found.points), found.points, strict=False):
        marks = ["desired now"] * (point.retention == found.current) + ["cheapest"] * (
            point.retention == found.cheapest
        )
        rows.append(
            (
                f"{100 * point.retention:g} %",
                f"{point.minutes:.1f}",
                f"{point.remembered:.0f}",
                f"{point.cost:.2f}",
                _marginal(before, point),
                ", ".join(marks),
            )
        )
    headings = ("retention", "min/day", "remembered", "s/day each", "s/day for one more", "")
    return columns(headings, rows)


def _notes(found: Workload) -> str:
    return (
        f"remembered: expected number of these cards recalled in {found.days} days; s/day each: time divided by them; "
        "for one more: what a card costs that is remembered beyond those of the line above."
    )


def _marginal(before: WorkloadPoint | None, point: WorkloadPoint) -> str:
    if before is None or point.remembered <= before.remembered:
        return "-"
    return f"{60 * (point.minutes - before.minutes) / (point.remembered - before.remembered):.1f}"
