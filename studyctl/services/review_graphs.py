"""A span of days of reviewing, as numbers to draw: days, hours, ages, and what comes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from studyctl.domain.cards import Phase, Rating
from studyctl.services.context import Context
from studyctl.storage.repositories.review_stats import DaySum, by_day, by_rating, forecast
from studyctl.storage.unit_of_work import Connection

Counts = tuple[int, int, int, int]


@dataclass(frozen=True)
class ReviewGraphs:
    """The last `span` study days up to `today` (an ordinal), and as many to come.

    `hours` and `ages` hold answers again, hard, good, easy by local hour and by age of the interval (0 same day, 1 from
    1 day, 2 from 7, 3 from 21, 4 from 90, 5 from 365); `review_hours` and `ages` count cards in review only. `coming`
    counts cards by days from today; those overdue, `overdue` of them, are counted under 0.
    """

    today: int
    span: int
    days: tuple[DaySum, ...]
    hours: dict[int, Counts]
    review_hours: dict[int, Counts]
    ages: dict[int, Counts]
    coming: dict[int, int]
    overdue: int


def review_graphs(context: Context, span: int = 365) -> ReviewGraphs:
    """Read the sums of `span` study days."""
    today = context.moment(context.settings()).day
    with context.database.read() as connection:
        return read_graphs(connection, today, span)


def read_graphs(connection: Connection, today: int, span: int) -> ReviewGraphs:
    """The same in an open transaction; `today` is a study-day ordinal."""
    first = today - span + 1
    hours, review_hours, ages = _counts(), _counts(), _counts()
    for line in by_rating(connection, first, today):
        for place, count in enumerate((line.again, line.hard, line.good, line.easy)):
            hours[line.hour][place] += count
            if line.phase is Phase.REVIEW:
                review_hours[line.hour][place] += count
                ages[line.age][place] += count
    coming: dict[int, int] = defaultdict(int)
    overdue = 0
    for day, cards in forecast(connection, 0, today + span).items():
        coming[max(0, day - today)] += cards
        overdue += cards if day < today else 0
    return ReviewGraphs(
        today=today,
        span=span,
        days=tuple(by_day(connection, first, today)),
        hours=_frozen(hours),
        review_hours=_frozen(review_hours),
        ages=_frozen(ages),
        coming=dict(coming),
        overdue=overdue,
    )


def _counts() -> dict[int, list[int]]:
    return defaultdict(lambda: [0] * len(Rating))


def _frozen(counts: dict[int, list[int]]) -> dict[int, Counts]:
    return {key: (again, hard, good, easy) for key, (again, hard, good, easy) in sorted(counts.items())}
