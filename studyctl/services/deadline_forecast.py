"""What a deadline will come to: the user's own cards, simulated until the date with and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from statistics import fmean

from studyctl.content.cards import OWN_DAY
from studyctl.domain.address import Address
from studyctl.domain.deadline_choice import DeadlineChoice, RealDeadline
from studyctl.domain.deadline_days import TAIL_DAYS
from studyctl.domain.forgetting import WORST_SECONDS, Forgetting
from studyctl.domain.learners import Learner, Task, Trial, deadline_mode, fixed_retention
from studyctl.domain.settings import Settings
from studyctl.services.context import Context
from studyctl.services.deadline_queue import budget_on, model_of
from studyctl.services.simulate import BUILD_STEPS, Progress
from studyctl.services.standing import load_standing
from studyctl.storage.repositories.learnt import LearntCard, learnt
from studyctl.storage.repositories.queue import fresh
from studyctl.storage.unit_of_work import Connection

MOST_CARDS = 1000
"""Of more cards every n-th is simulated in an n-th of the time, as long as a day still has room for some answers."""
LEAST_SECONDS = 10 * WORST_SECONDS
RUNS = 4
"""Learners of a forecast; one, and no search for the build retention, where more than twice `MOST_CARDS` remain."""


@dataclass(frozen=True)
class Outlook:
    """How a schedule ends: share of all cards that is remembered at the date, minutes a day (mean, and of the last
    week), and new cards that were never seen although the daily limit would have let them in."""

    recall: float
    minutes: float
    last_week_minutes: float
    unseen: int


@dataclass(frozen=True)
class Collection:
    """The user's cards as a forecast sees them, on study day `today`; `pace` is theirs against the model's.

    A day may take `minutes`. `new` are the cards that can come before the date, `out_of_reach` those of days that the
    plan reaches later.
    """

    today: int
    days: int
    known: tuple[LearntCard, ...]
    new: int
    out_of_reach: int
    new_per_day: int
    minutes: float
    pace: float
    past: tuple[float, ...]
    model: Forgetting
    retention: float

    @property
    def cards(self) -> int:
        """Cards that are to be remembered at the date."""
        return len(self.known) + self.new

    @property
    def over_limit(self) -> int:
        """New cards for which the daily limit leaves no day."""
        return max(0, self.new - self.new_per_day * self.days)

    @property
    def part(self) -> int:
        """Every n-th card is simulated."""
        most = int(self.minutes * 60 / self.pace / LEAST_SECONDS)
        return max(1, min(most, -(-self.cards // MOST_CARDS)))

    @property
    def simulated(self) -> int:
        """Cards that are simulated."""
        return len(self.known[:: self.part]) + self.new // self.part

    @property
    def runs(self) -> int:
        """Learners that are simulated."""
        return RUNS if self.simulated <= 2 * MOST_CARDS else 1

    @property
    def build_retentions(self) -> tuple[float, ...]:
        """Retentions of the build phase to choose from."""
        steps = BUILD_STEPS if self.runs > 1 else BUILD_STEPS[len(BUILD_STEPS) // 2 :][:1]
        return tuple(max(0.5, round(self.retention - step, 3)) for step in steps)

    def learner(self, run: int) -> Learner:
        """The user with the luck of a run; memory is what the scheduler believes it to be."""
        known = self.known[:: self.part]
        task = Task(
            self.simulated,
            self.days,
            self.minutes * 60 / self.pace / self.part,
            len(known),
            self.new_per_day / self.part,
        )
        learner = Learner(task, f"run {run}", self.model, self.model)
        for place, each in enumerate(known):
            last, due = each.card.last_day - self.today, each.due_day - self.today
            learner.know(place, each.card.trace, min(0, last), due)
        return learner

    def rules(self, deadline: DeadlineChoice) -> RealDeadline:
        """The deadline's rules in seconds of the model, from today on."""
        rules, factor = deadline.rules_from(self.today, self.past, self.pace), 1 / self.pace / self.part
        return replace(
            rules,
            total_seconds=rules.total_seconds * factor,
            day_seconds=rules.day_seconds * factor,
            past=tuple(each * factor for each in rules.past),
        )

    def outlook(self, trials: list[Trial]) -> Outlook:
        """The mean of some runs, in the user's minutes."""
        factor = self.pace * self.part / 60
        unseen = fmean(trial.unseen for trial in trials) * self.part - self.over_limit
        tails = [trial.seconds[-TAIL_DAYS:] for trial in trials]
        return Outlook(
            recall=1 - fmean(trial.forgotten for trial in trials) / self.simulated,
            minutes=fmean(trial.total_seconds / len(trial.seconds) for trial in trials) * factor,
            last_week_minutes=fmean(sum(tail) / len(tail) for tail in tails) * factor,
            unseen=max(0, round(unseen)),
        )


def collection(connection: Connection, context: Context, settings: Settings, deadline: DeadlineChoice) -> Collection:
    """Read what a forecast needs. New cards are those of unlocked days, and of one more day of the plan a day."""
    today = context.moment(settings).day
    days = max(0, deadline.days_left(today))
    standing = load_standing(connection, context)
    unlocked = standing.unlocked(context, settings)
    ahead = [day for day in context.library.sequence(settings.active_track) if day not in unlocked]
    near, far = [OWN_DAY, *unlocked, *ahead[:days]], ahead[days:]
    budget = budget_on(connection, deadline, today)
    return Collection(
        today,
        days,
        tuple(learnt(connection, steps=True)),
        _count(connection, near),
        _count(connection, far),
        settings.new_cards_per_day,
        deadline.minutes,
        budget.pace,
        budget.past,
        model_of(settings),
        settings.desired_retention,
    )


def fixed_trials(cards: Collection, done: Callable[[], None]) -> list[Trial]:
    """The runs without a deadline."""
    trials = []
    for run in range(cards.runs):
        trials.append(fixed_retention(cards.learner(run), cards.retention))
        done()
    return trials


def deadline_trials(cards: Collection, deadline: DeadlineChoice, done: Callable[[], None]) -> list[Trial]:
    """The same runs with the deadline."""
    trials = []
    for run in range(cards.runs):
        trials.append(deadline_mode(cards.learner(run), cards.rules(deadline)))
        done()
    return trials


def best_build(
    cards: Collection, deadline: DeadlineChoice, done: Callable[[], None]
) -> tuple[DeadlineChoice, list[Trial]]:
    """The deadline with the retention of the build phase that forgets fewest cards, and its runs."""
    found = []
    for retention in cards.build_retentions:
        tried = replace(deadline, build_retention=retention)
        trials = deadline_trials(cards, tried, done)
        found.append((sum(trial.forgotten for trial in trials), tried.build_retention, tried, trials))
    return min(found, key=lambda each: each[:2])[2:]


def steps_of(progress: Progress, of: int) -> Callable[[], None]:
    """Counts runs for a progress bar."""
    count = 0

    def done() -> None:
        nonlocal count
        count += 1
        progress(count, of)

    return done


def _count(connection: Connection, days: Iterable[Address]) -> int:
    return sum(1 for _ in fresh(connection, [str(day) for day in days]))
