"""A span of days of reviewing, as numbers to draw: days, hours, ages, and what comes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from studyctl.domain.cards import Phase, Rating
from studyctl.services.context import Context
from studyctl.storage.repositories.review_stats import DaySum, by_day, by_rating, forecast

Counts = tuple[int, int, int, int]


@dataclass(frozen=True)
class ReviewGraphs:
    """The last `span` study days up to `today` (an ordinal), and as many to come.

    `hours` and `ages` hold answers again, hard, good, easy by local hour and by age of the interval (0 same day, 1 from
    1 day, 2 from 7, 3 from 21, 4 from 90, 5 from 365); `ages` counts cards in review only. `coming` counts
    cards by days from today; those overdue are counted under 0.
    """

    today: int
    span: int
    days: tuple[DaySum, ...]
    hours: dict[int, Counts]
    ages: dict[int, Counts]
    coming: dict[int, int]


def review_graphs(context: Context, span: int = 365) -> ReviewGraphs:
    """Read the sums of `span` study days."""
    today = context.moment(context.settings()).day
    first = today - span + 1
    with context.database.read() as connection:
        days = tuple(by_day(connection, first, today))
        ratings = by_rating(connection, first, today)
        due = forecast(connection, 0, today + span)
    hours: dict[int, list[int]] = defaultdict(lambda: [0] * len(Rating))
    ages: dict[int, list[int]] = defaultdict(lambda: [0] * len(Rating))
    for line in ratings:
        for place, count in enumerate((line.again, line.hard, line.good, line.easy)):
            hours[line.hour][place] += count
            if line.phase is Phase.REVIEW:
                ages[line.age][place] += count
    coming: dict[int, int] = defaultdict(int)
    for day, cards in due.items():
        coming[max(0, day - today)] += cards
    return ReviewGraphs(today, span, days, _frozen(hours), _frozen(ages), dict(coming))


def _frozen(counts: dict[int, list[int]]) -> dict[int, Counts]:
    return {key: (again, hard, good, easy) for key, (again, hard, good, easy) in sorted(counts.items())}
