"""Fixed retention against deadline mode on simulated learners."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from studyctl.domain.deadline_days import Deadline, plan
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.intervals import student_t
from studyctl.domain.learners import Learner, Task, Trial, deadline_mode, drawn_weights, fixed_retention
from studyctl.errors import UsageError

CURVE = tuple(round(0.70 + 0.03 * n, 2) for n in range(10))
"""Desired retentions of the curve, 0.70 to 0.97."""
CURVE_LEARNERS = 6
BUILD_STEPS = (0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01)
REHEARSALS = 4
MAX_CARDS, MAX_DAYS, MAX_LEARNERS = 5000, 730, 200
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Estimate:
    """A mean over learners with its 95 % interval (Student's t)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Point:
    """One place on the curve: minutes a day (mean) and the share of cards that is remembered at the date."""

    retention: float
    minutes: float
    remembered: float


@dataclass(frozen=True)
class Schedule:
    """How one schedule did: cards forgotten, minutes a day (mean over all days), load of the last week as a multiple
    of the mean (mean over learners, and the worst learner)."""

    forgotten: Estimate
    minutes: float
    tail_load: float
    worst_tail_load: float


@dataclass(frozen=True)
class Comparison:
    """Both schedules on the same learners. `fewer` is the share of forgotten cards that deadline mode saves."""

    cards: int
    days: int
    learners: int
    seed: int
    retention: float
    build_retention: float
    fixed: Schedule
    deadline: Schedule
    fewer: Estimate
    curve: tuple[Point, ...]


@dataclass(frozen=True)
class Experiment:
    """What to simulate; `minutes` is the most for one day, `weights` are what the scheduler believes in."""

    cards: int
    days: int
    minutes: float
    seed: int
    learners: int
    retention: float
    weights: tuple[float, ...]

    @property
    def task(self) -> Task:
        """The task of every learner."""
        return Task(self.cards, self.days, self.minutes * 60)

    def learner(self, name: str, belief: Forgetting) -> Learner:
        """A fresh learner; the same name is the same person with the same luck."""
        key = f"{self.seed} {name}"
        return Learner(self.task, key, Forgetting(drawn_weights(key)), belief)


def check(experiment: Experiment) -> None:
    """Refuse what cannot be simulated.

    Raises:
        UsageError: no time, no cards, no days, too few or too many learners, or more than a simulation can take.
    """
    plan(0, experiment.days, experiment.minutes, experiment.cards)
    if experiment.cards > MAX_CARDS or experiment.days > MAX_DAYS:
        raise UsageError(
            f"{experiment.cards} cards in {experiment.days} days take too long to simulate.",
            f"At most {MAX_CARDS} cards and {MAX_DAYS} days.",
        )
    if experiment.learners < 2:
        raise UsageError("An interval needs at least 2 learners.", "Give --learners 20 or leave it out.")
    if experiment.learners > MAX_LEARNERS:
        raise UsageError(f"{experiment.learners} learners take too long to simulate.", f"At most {MAX_LEARNERS}.")


def compare(experiment: Experiment, progress: Progress = lambda done, of: None) -> Comparison:
    """Run everything; deadline mode may spend what fixed retention spent on the same learner, in total and no more.

    Raises:
        UsageError: the experiment makes no sense.
    """
    check(experiment)
    belief = Forgetting(experiment.weights)
    steps = _Steps(progress, REHEARSALS * (1 + len(BUILD_STEPS)) + 2 * experiment.learners + _curve_runs(experiment))
    build = build_retention(experiment, belief, steps)
    fixed, deadline = [], []
    for n in range(experiment.learners):
        fixed.append(steps.done(fixed_retention(experiment.learner(f"learner {n}", belief), experiment.retention)))
        rules = _rules(experiment, fixed[-1], build)
        deadline.append(steps.done(deadline_mode(experiment.learner(f"learner {n}", belief), rules)))
    fewer = [1 - new.forgotten / old.forgotten for old, new in zip(fixed, deadline, strict=True)]
    return Comparison(
        experiment.cards,
        experiment.days,
        experiment.learners,
        experiment.seed,
        experiment.retention,
        build,
        _schedule(fixed),
        _schedule(deadline),
        estimate(fewer),
        _curve(experiment, belief, steps),
    )


def build_retention(experiment: Experiment, belief: Forgetting, steps: _Steps | None = None) -> float:
    """The retention of the build phase that forgot fewest cards in rehearsals; their learners take no part later."""
    steps = steps or _Steps(lambda done, of: None, 0)
    lost = {max(0.5, round(experiment.retention - step, 3)): 0.0 for step in BUILD_STEPS}
    for n in range(REHEARSALS):
        fixed = steps.done(fixed_retention(experiment.learner(f"rehearsal {n}", belief), experiment.retention))
        for retention in lost:
            rules = _rules(experiment, fixed, retention)
            trial = steps.done(deadline_mode(experiment.learner(f"rehearsal {n}", belief), rules))
            lost[retention] += trial.forgotten
    return min(lost, key=lambda retention: (lost[retention], retention))


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and 95 % interval."""
    mean = fmean(values)
    half = student_t(0.975, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return Estimate(mean, mean - half, mean + half)


class _Steps:
    """Counts simulations for the progress bar."""

    def __init__(self, progress: Progress, of: int) -> None:
        self._progress, self._of, self._done = progress, of, 0

    def done(self, trial: Trial) -> Trial:
        self._done += 1
        self._progress(self._done, self._of)
        return trial


def _rules(experiment: Experiment, fixed: Trial, build: float) -> Deadline:
    base = Deadline(0, experiment.days, fixed.total_seconds, experiment.minutes * 60)
    return replace(base, build_retention=build)


def _schedule(trials: Sequence[Trial]) -> Schedule:
    return Schedule(
        estimate([trial.forgotten for trial in trials]),
        fmean(_minutes(trial) for trial in trials),
        fmean(trial.tail_load for trial in trials),
        max(trial.tail_load for trial in trials),
    )


def _minutes(trial: Trial) -> float:
    return trial.total_seconds / 60 / len(trial.seconds)


def _curve_runs(experiment: Experiment) -> int:
    return len(CURVE) * min(CURVE_LEARNERS, experiment.learners)


def _curve(experiment: Experiment, belief: Forgetting, steps: _Steps) -> tuple[Point, ...]:
    points = []
    for retention in CURVE:
        trials = [
            steps.done(fixed_retention(experiment.learner(f"learner {n}", belief), retention))
            for n in range(min(CURVE_LEARNERS, experiment.learners))
        ]
        forgotten = fmean(trial.forgotten for trial in trials)
        minutes = fmean(_minutes(trial) for trial in trials)
        points.append(Point(retention, minutes, 1 - forgotten / experiment.cards))
    return tuple(points)
