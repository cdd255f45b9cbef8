"""What was answered: the year, totals, ratings, time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.statistics_text.layout import columns, counted, duration, last_days, percent, prose
from studyctl.statistics_text.weights import weights_lines
from studyctl.statistics_text.year_map import year_map

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics

NOTHING = (
    "No card was answered in the last year, so there is nothing to count yet.",
    "`studyctl review` (r on the screens) asks the first cards; one answer is enough for a first number.",
)


def overview(view: ReviewStatistics, width: int) -> list[str]:
    """The heatmap of the year, then the span."""
    if view.empty:
        return [line for text in NOTHING for line in prose(text, width)]
    year = sum(day.answers for day in view.year)
    lines = [f"Answers on each day of the last year: {year} on {counted(len(view.year), 'day')}"]
    lines += year_map({day.day: day.answers for day in view.year}, view.graphs.today, width)
    parts = (_span(view), _ratings(view), weights_lines(view, width))
    return [*lines, *(line for part in parts if part for line in ("", *part))]


def _span(view: ReviewStatistics) -> list[str]:
    days = view.graphs.days
    answers, seconds = sum(day.answers for day in days), sum(day.ms for day in days) / 1000
    if not answers:
        return [f"No answer in the {last_days(view.graphs.span)}."]
    per_day, span = answers / len(days), view.graphs.span
    return [
        f"{last_days(span).capitalize()}: {counted(answers, 'answer')} on {counted(len(days), 'day')}, "
        f"{per_day:.0f} on such a day",
        f"Time: {duration(seconds)} in all, {seconds / answers:.1f} s for an answer, "
        f"{duration(seconds / len(days))} on a day with answers",
    ]


def _ratings(view: ReviewStatistics) -> list[str]:
    rows = [
        (
            f"card was {each.phase.value}",
            *each.counts,
            sum(each.counts),
            percent(1 - each.again / sum(each.counts)),
            f"{each.ms / 1000 / sum(each.counts):.1f} s",
        )
        for each in view.phases
    ]
    if not rows:
        return []
    headings = ("answers by rating", "again", "hard", "good", "easy", "all", "passed", "each")
    return columns(headings, rows)
