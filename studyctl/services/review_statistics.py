"""Everything that the log and the memory tell about reviewing, and what another desired retention would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studyctl.domain.forgetting import STEP_SECONDS, Forgetting
from studyctl.domain.intervals import Share, share
from studyctl.domain.settings import Settings
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.domain.workload import YEAR, AnswerHabits, WorkloadPoint, workload
from studyctl.services.answer_habits import answer_habits
from studyctl.services.context import Context
from studyctl.services.review_graphs import ReviewGraphs, read_graphs
from studyctl.services.simulate import CURVE
from studyctl.storage.repositories.card_sums import RECALLS, CardSums, card_sums, held_cards
from studyctl.storage.repositories.queue import steps
from studyctl.storage.repositories.review_log import newest_line
from studyctl.storage.repositories.review_stats import (
    DaySum,
    PhaseSum,
    RecallSum,
    by_day,
    by_phase,
    by_topic,
    recall_by_day,
)
from studyctl.storage.repositories.weights import Attempt, FittedWeights, load_attempt, load_weights

SPANS = (7, 30, 90, 365)
SIMULATED = 2000
"""The most cards that a simulation of the workload goes through."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Retention:
    """True retention of the last `days` study days: passed answers among those to cards in review."""

    days: int
    all: Share
    young: Share
    mature: Share


@dataclass(frozen=True)
class Topic:
    """Passed answers, learning steps among them, to the cards that have a topic."""

    topic: str
    answers: Share


@dataclass(frozen=True)
class Steps:
    """Cards in learning steps: due now, later today, and on later days."""

    now: int
    later: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.now + self.later


@dataclass(frozen=True)
class ReviewStatistics:
    """The last `graphs.span` study days, the `year` of days behind the heatmap, and the cards as they stand today.

    `topics` has the one with most answers first. `review_seconds` is what a card that comes due takes on average, with
    the relearning of those forgotten, `step_seconds` what a learning step takes. `weights` and `attempt` tell of fits
    of the memory model.
    """

    graphs: ReviewGraphs
    year: tuple[DaySum, ...]
    phases: tuple[PhaseSum, ...]
    retention: tuple[Retention, ...]
    topics: tuple[Topic, ...]
    cards: CardSums
    steps: Steps
    desired_retention: float
    review_seconds: float
    step_seconds: float
    own_pace: bool
    weights: FittedWeights
    attempt: Attempt | None

    @property
    def empty(self) -> bool:
        """True where no card was ever answered in the spans that are looked at."""
        return not self.year and not self.graphs.days


@dataclass(frozen=True)
class Workload:
    """The cost of each desired retention over the next `days` days for the `cards` in review, new ones left out.

    `simulated` of them were gone through. `points` rise with the retention; `current` is what is desired now,
    `cheapest` the retention with the least time for each remembered card.
    """

    cards: int
    simulated: int
    days: int
    own_pace: bool
    points: tuple[WorkloadPoint, ...]
    current: float
    cheapest: float | None


class StatisticsService:
    """Reads; a workload is kept until cards, choices or the day are others."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept: tuple[Any, Workload] | None = None

    def view(self, span: int = YEAR) -> ReviewStatistics:
        """Statistics of the last `span` study days."""
        self._context.shelf.ensure()
        settings = self._context.settings()
        moment = self._context.moment(settings)
        today = moment.day
        with self._context.database.read() as connection:
            habits = answer_habits(connection, today)
            waiting = [step.due_at <= moment.millis or step.due_day < today for step in steps(connection)]
            days = recall_by_day(connection, today - max(SPANS) + 1, today)
            topics = by_topic(connection, today - span + 1, today).items()
            return ReviewStatistics(
                graphs=read_graphs(connection, today, span),
                year=tuple(by_day(connection, today - YEAR + 1, today)),
                phases=tuple(by_phase(connection, today - span + 1, today)),
                retention=tuple(_retention(days, each, today) for each in SPANS),
                topics=tuple(
                    Topic(topic, share(passed, answers))
                    for topic, (answers, passed) in sorted(topics, key=lambda item: (-item[1][0], item[0]))
                ),
                cards=card_sums(connection, today, [_model(settings).interval(1.0, recall) for recall in RECALLS]),
                steps=Steps(sum(waiting), len(waiting) - sum(waiting)),
                desired_retention=settings.desired_retention,
                review_seconds=habits.expected_seconds(settings.desired_retention),
                step_seconds=habits.pace * STEP_SECONDS[0],
                own_pace=habits != AnswerHabits(),
                weights=load_weights(connection),
                attempt=load_attempt(connection),
            )

    def workload(self, progress: Progress = lambda done, of: None) -> Workload:
        """Simulate the next year at every retention of the curve and at the desired one; may take a second."""
        self._context.shelf.ensure()
        settings = self._context.settings()
        today = self._context.moment(settings).day
        with self._context.database.read() as connection:
            key = (today, newest_line(connection), self._context.shelf.edition, settings)
            if self._kept is not None and self._kept[0] == key:
                return self._kept[1]
            habits = answer_habits(connection, today)
            held, total = held_cards(connection, today, SIMULATED)
        model, points = _model(settings), []
        curve = sorted({*CURVE, round(settings.desired_retention, 4)}) if held else []
        for done, retention in enumerate(curve):
            progress(done, len(curve))
            found = workload(held, model, habits, retention, settings.maximum_interval)
            scale = total / len(held)
            points.append(WorkloadPoint(retention, found.minutes * scale, found.remembered * scale))
        cheapest = min(points, key=lambda point: point.cost).retention if points else None
        kept = Workload(
            cards=total,
            simulated=len(held),
            days=YEAR,
            own_pace=habits != AnswerHabits(),
            points=tuple(points),
            current=round(settings.desired_retention, 4),
            cheapest=cheapest,
        )
        self._kept = key, kept
        return kept


def _model(settings: Settings) -> Forgetting:
    return Forgetting(settings.fsrs_weights or DEFAULT_WEIGHTS)


def _retention(sums: list[RecallSum], days: int, today: int) -> Retention:
    counted = [each for each in sums if each.day > today - days]

    def of(chosen: list[RecallSum]) -> Share:
        return share(sum(each.passed for each in chosen), sum(each.answers for each in chosen))

    return Retention(
        days, of(counted), of([each for each in counted if not each.mature]), of([e for e in counted if e.mature])
    )
