"""What comes: cards due by day, with the time that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.plots import draw_plot
from studyctl.statistics_text.layout import PLOT_WIDTH, columns, counted, duration, prose

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics

MOST_BARS = 31
DAYS = (7, 30, 90, 365)
HEIGHT = 14


def forecast(view: ReviewStatistics, width: int, plot: bool = True) -> list[str]:
    """Totals up to some days, then the days (or weeks) of the span as bars."""
    coming, seconds = view.graphs.coming, view.review_seconds
    learning = f"Learning steps: {view.steps.now} now, {view.steps.later} later"
    if view.steps.total:
        learning += f", {duration(view.steps.total * view.step_seconds)}"
    if not coming:
        return [learning, "", "No card in review has a date in this span."]
    rows = []
    for name, last in _spans(view.graphs.span):
        cards = sum(count for day, count in coming.items() if day <= last)
        rows.append((name, cards, duration(cards * seconds), duration(cards * seconds / (last + 1))))
    overdue = counted(view.graphs.overdue, "card")
    source = "your pace" if view.own_pace else "an average pace"
    lines = [
        f"{learning}; overdue: {overdue}, counted as due today",
        "",
        *columns(("cards in review that come due", "cards", "time", "a day"), rows),
        "",
        *prose(
            f"Time: {seconds:.1f} s for a review with the relearning of what was forgotten, at {source}. Cards "
            "that are answered and come due again within the span are not in it yet, nor are new cards.",
            width,
        ),
    ]
    return [*lines, "", *_bars(view, width)] if plot else lines


def _spans(span: int) -> list[tuple[str, int]]:
    later = sorted({*(days for days in DAYS if days < span), span} - {1})
    return [("today", 0), ("up to tomorrow", 1), *((f"within {days} days", days) for days in later)]


def _bars(view: ReviewStatistics, width: int) -> list[str]:
    span = view.graphs.span
    step = 1 if span < MOST_BARS else 7 if span <= 7 * MOST_BARS else 30
    groups = [0] * (span // step + 1)
    for day, cards in view.graphs.coming.items():
        groups[day // step] += cards
    if span % step != step - 1:
        groups = groups[: (span + 1) // step] or groups  # a last group that is not whole would look like a rest
    while len(groups) > MOST_BARS and not groups[-1]:
        groups.pop()
    unit = {1: "days", 7: "weeks", 30: "months of 30 days"}[step]
    series = {"name": "cards", "x": [str(n) for n in range(len(groups))], "y": groups}
    drawn = draw_plot({"title": "", "kind": "bar", "counts": True, "series": [series]}, min(width, PLOT_WIDTH), HEIGHT)
    return [f"Cards due, by {unit} from today", *drawn.splitlines()]
