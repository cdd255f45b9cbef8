"""`studyctl review stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.progress_bar import progress_bar
from studyctl.cli.state import state_of

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics, Workload

WIDTH = 78
MOST_DAYS = 3650


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.command("stats")(stats)


def stats(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="Days to look back, and ahead.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Tables without plots, no progress bar.")] = False,
) -> None:
    """Show what was answered, what comes, true retention, how cards stand, and what other retentions would cost."""
    statistics = state_of(context).container.statistics
    view = statistics.view(days)
    with progress_bar("simulating", quiet=plain or as_json) as progress:
        cost = statistics.workload(progress)
    if as_json:
        output.document({"statistics": view, "workload": cost})
        return
    for line in _pages(view, cost, plot=not plain):
        output.line(line)


def _pages(view: ReviewStatistics, cost: Workload, plot: bool) -> list[str]:
    from studyctl.statistics_text.cards import cards
    from studyctl.statistics_text.forecast import forecast
    from studyctl.statistics_text.overview import overview
    from studyctl.statistics_text.retention import retention
    from studyctl.statistics_text.workload import workload

    if view.empty:
        return [*overview(view, WIDTH), "", *cards(view, WIDTH)]
    pages = (
        ("OVERVIEW", overview(view, WIDTH)),
        ("FORECAST", forecast(view, WIDTH, plot)),
        ("RETENTION", retention(view, WIDTH)),
        ("CARDS", cards(view, WIDTH)),
        ("WORKLOAD", workload(cost, WIDTH, plot)),
    )
    return [line for title, lines in pages for line in (title, *lines, "")][:-1]
