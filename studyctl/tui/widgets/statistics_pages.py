"""The pages of the statistics as text of a width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.tui.widgets.today_text import bar

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics
    from studyctl.tui.controllers.workload_run import WorkloadRun

WORKLOAD = "Workload"
PAGES = ("Overview", "Forecast", "Retention", "Cards", WORKLOAD)
BAR = 30
MOST_WIDTH = 120


def page_text(page: str, view: ReviewStatistics, run: WorkloadRun, width: int) -> str:
    """One page; the workload says how far its simulation is until there is one."""
    from studyctl.statistics_text.cards import cards
    from studyctl.statistics_text.forecast import forecast
    from studyctl.statistics_text.overview import overview
    from studyctl.statistics_text.retention import retention
    from studyctl.statistics_text.workload import workload

    wide = min(width, MOST_WIDTH)
    if page == WORKLOAD:
        if run.error is not None:
            return f"{run.error.message}\n{run.error.hint}"
        if run.active or run.found is None:
            return progress_text(run)
        return "\n".join(workload(run.found, wide))
    lines = {"Overview": overview, "Forecast": forecast, "Retention": retention, "Cards": cards}[page]
    return "\n".join(lines(view, wide))


def progress_text(run: WorkloadRun) -> str:
    """`simulating  [####>....] 4 of 11 retentions`."""
    return f"simulating  {bar(run.done / run.of if run.of else 0.0, BAR)} {run.done} of {run.of or '?'} retentions"
