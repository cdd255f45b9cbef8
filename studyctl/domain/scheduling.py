"""FSRS-6 scheduling with Anki's rules around it: day boundaries, learning steps, seeded fuzz, leeches.

The memory model and its weights are `fsrs-rs-python`'s. Fuzz ranges and learning-step rules follow Anki's scheduler
(rslib/src/scheduler/states).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import fsrs_rs_python

from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.load_balance import EVERY_DAY, Spans, day_weight, past_breaks, reach, weighted_choice
from studyctl.domain.weights import DEFAULT_WEIGHTS, memory_model

ALGORITHM = "FSRS-6"
LEARNING_STEPS_MINUTES = (1, 10)
RELEARNING_STEPS_MINUTES = (10,)
LEECH_LAPSES = 8
LEECH_REPEAT = 4
BALANCED_DAYS = 90
STABILITY_MIN = 0.001
STABILITY_MAX = 36500.0
_MINUTE = 60_000
_PASSING = (Rating.HARD, Rating.GOOD, Rating.EASY)
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))

Loads = Callable[[int, int], Mapping[int, int]]  # cards due on each study day of an inclusive range; absent: none


@dataclass(frozen=True)
class Moment:
    """When an answer is given: epoch milliseconds, study-day ordinal and local hour of the day."""

    millis: int
    day: int
    hour: int = 0


@dataclass(frozen=True)
class Scheduled:
    """What one rating would lead to. `interval_days` is 0 for a step inside the day."""

    memory: Memory
    interval_days: int
    delay_minutes: float | None

    @property
    def label(self) -> str:
        """Short text for the rating buttons, e.g. `10m`, `6d`, `1.2y`."""
        if self.delay_minutes is not None:
            return f"{int(self.delay_minutes + 0.5)}m"
        if self.interval_days < 30:
            return f"{self.interval_days}d"
        if self.interval_days < 365:
            return f"{self.interval_days / 30.4:.1f}mo"
        return f"{self.interval_days / 365.25:.1f}y"


def fuzz_bounds(interval: float, maximum: int) -> tuple[int, int]:
    """Inclusive bounds in days around an interval; equal bounds where it is too short for fuzz."""
    if interval < 2.5:
        return round(interval), round(interval)
    delta = 1.0
    for start, end, factor in _FUZZ_RANGES:
        if interval > start:
            delta += factor * (min(interval, end) - start)
    low = max(2, round(interval - delta))
    high = min(maximum, round(interval + delta))
    return min(low, high), high


def draw_of(key: str, reps: int) -> float:
    """A number in [0, 1) that belongs to a card and its repetition."""
    return random.Random(f"{key}:{reps}").random()


def fuzzed(
    interval: float, draw: float, minimum: int, maximum: int, weight: Callable[[int], float] | None = None
) -> int:
    """Interval in whole days inside its fuzz bounds, where `draw` falls; `weight` of an interval is its chance."""
    low, high = fuzz_bounds(interval, maximum)
    low, high = max(low, minimum), max(high, minimum)
    high = max(low, min(high, maximum))
    if weight is not None and high > low:
        return weighted_choice(range(low, high + 1), draw, weight)
    return max(1, min(maximum, low + int(draw * (high - low + 1))))


class Scheduler:
    """Turns (memory, rating, moment) into the next memory.

    `easy_days` are weights in [0, 1] of Monday to Sunday: how much of a usual day's load a day shall get. With `loads`
    given, dates inside the fuzz range are drawn so that days fill evenly. None lies in `breaks` (first and
    last study day of each): a fuzz range inside one is put off to the days after it.

    Raises:
        DataError: the weights are not those of the memory model.
    """

    def __init__(
        self,
        desired_retention: float = 0.9,
        maximum_interval: int = 36500,
        weights: tuple[float, ...] | None = None,
        easy_days: tuple[float, ...] = EVERY_DAY,
        breaks: Spans = (),
    ) -> None:
        self.desired_retention = desired_retention
        self.maximum_interval = maximum_interval
        self._fsrs = memory_model(weights or DEFAULT_WEIGHTS)
        self._decay = -(weights or DEFAULT_WEIGHTS)[20]
        self._easy_days = easy_days
        self._breaks = breaks

    def preview(self, key: str, memory: Memory, now: Moment, loads: Loads | None = None) -> dict[Rating, Scheduled]:
        """What each rating would lead to. `key` seeds the fuzz."""
        states = self._next_states(memory, now)
        intervals = self._intervals(key, memory, now, states, loads)
        return {
            rating: transition(memory, rating, now, *_remembered(states[rating]), intervals[rating])
            for rating in Rating
        }

    def answer(self, key: str, memory: Memory, rating: Rating, now: Moment, loads: Loads | None = None) -> Scheduled:
        """The next state after `rating`."""
        states = self._next_states(memory, now)
        dated = leads_to_a_date(memory, rating)
        interval = self._intervals(key, memory, now, states, loads, rating)[rating] if dated else 0
        return transition(memory, rating, now, *_remembered(states[rating]), interval)

    def retrievability(self, memory: Memory, day: int) -> float:
        """Recall probability on a study day, by the FSRS-6 power curve R = (1 + f*t/S)^-w20 with R(S) = 0.9."""
        if memory.stability is None or memory.last_day is None:
            return 0.0
        factor = 0.9 ** (1 / self._decay) - 1
        elapsed = max(0, day - memory.last_day)
        return float((1 + factor * elapsed / memory.stability) ** self._decay)

    def _next_states(self, memory: Memory, now: Moment) -> dict[Rating, Any]:
        state = None
        elapsed = 0
        if memory.stability is not None and memory.difficulty is not None and memory.last_day is not None:
            state = fsrs_rs_python.MemoryState(memory.stability, memory.difficulty)
            elapsed = max(0, now.day - memory.last_day)
        states = self._fsrs.next_states(state, self.desired_retention, elapsed)
        return {
            Rating.AGAIN: states.again,
            Rating.HARD: states.hard,
            Rating.GOOD: states.good,
            Rating.EASY: states.easy,
        }

    def _intervals(
        self,
        key: str,
        memory: Memory,
        now: Moment,
        states: dict[Rating, Any],
        loads: Loads | None,
        best: Rating = Rating.EASY,
    ) -> dict[Rating, int]:
        """Whole-day intervals up to that of `best`; each better passing answer waits at least a day longer.

        So it is in Anki too, also where Good is a step.
        Load counts for intervals up to `BALANCED_DAYS`, without the card itself, so that asking again gives the same.
        """
        passing = _PASSING if memory.phase is Phase.REVIEW else _PASSING[1:]
        wanted = {rating: float(states[rating].interval) for rating in passing if rating <= best}
        near = [interval for interval in wanted.values() if interval <= BALANCED_DAYS]
        due: Mapping[int, int] = {}
        if loads is not None and near:
            low, high = fuzz_bounds(min(near), self.maximum_interval)[0], fuzz_bounds(max(near), BALANCED_DAYS * 2)[1]
            due = loads(now.day + low, reach(now.day, high + len(Rating), self._breaks))
        own = memory.due_day if memory.phase is Phase.REVIEW and not memory.suspended else None
        draw = draw_of(key, memory.reps)
        intervals = dict.fromkeys(Rating, 0)
        minimum = 1
        for rating, interval in wanted.items():
            weight = day_weight(now.day, due if interval <= BALANCED_DAYS else {}, own, self._easy_days, self._breaks)
            first, last = fuzz_bounds(interval, self.maximum_interval)
            late = past_breaks(now.day, max(first, minimum), max(last, minimum), self._breaks)
            intervals[rating] = fuzzed(interval + late, draw, minimum, self.maximum_interval, weight)
            minimum = min(intervals[rating] + 1, self.maximum_interval)
        return intervals


def leads_to_a_date(memory: Memory, rating: Rating) -> bool:
    """False where the rating leads to a learning step inside the day."""
    if rating is Rating.AGAIN:
        return False
    if memory.phase is Phase.REVIEW or rating is Rating.EASY:
        return True
    return rating is Rating.GOOD and memory.step + 1 >= len(_steps(memory))


def transition(
    memory: Memory, rating: Rating, now: Moment, stability: float, difficulty: float, interval: int
) -> Scheduled:
    """The next state, given what the memory model and the choice of a date say; `interval` in days."""
    answered = replace(memory, stability=stability, difficulty=difficulty, last_day=now.day, reps=memory.reps + 1)
    if leads_to_a_date(memory, rating):
        return _graduated(answered, now, interval)
    if memory.phase is Phase.REVIEW:
        return _into_step(_lapsed(answered), Phase.RELEARNING, 0, RELEARNING_STEPS_MINUTES[0], now)
    steps = _steps(memory)
    phase = Phase.RELEARNING if memory.phase is Phase.RELEARNING else Phase.LEARNING
    step = min(memory.step, len(steps) - 1)
    if rating is Rating.AGAIN:
        return _into_step(answered, phase, 0, steps[0], now)
    if rating is Rating.HARD:
        return _into_step(answered, phase, step, _hard_delay(steps, step), now)
    return _into_step(answered, phase, step + 1, steps[step + 1], now)


def given_at(scheduled: Scheduled, now: Moment) -> Scheduled:
    """The same outcome for an answer at another moment of the study day: learning steps are counted from there."""
    if scheduled.delay_minutes is None:
        return scheduled
    due_at = now.millis + round(scheduled.delay_minutes * _MINUTE)
    return replace(scheduled, memory=replace(scheduled.memory, due_at=due_at))


def _steps(memory: Memory) -> tuple[int, ...]:
    return RELEARNING_STEPS_MINUTES if memory.phase is Phase.RELEARNING else LEARNING_STEPS_MINUTES


def _remembered(state: Any) -> tuple[float, float]:
    stability = min(STABILITY_MAX, max(STABILITY_MIN, float(state.memory.stability)))
    return stability, float(state.memory.difficulty)


def _hard_delay(steps: tuple[int, ...], step: int) -> float:
    """Delay in minutes after Hard: between the first two steps, 1.5x an only step, else the step again."""
    if step > 0:
        return steps[step]
    return (steps[0] + steps[1]) / 2 if len(steps) > 1 else steps[0] * 1.5


def _lapsed(memory: Memory) -> Memory:
    lapses = memory.lapses + 1
    leech = lapses >= LEECH_LAPSES and (lapses - LEECH_LAPSES) % LEECH_REPEAT == 0
    return replace(memory, lapses=lapses, leech=memory.leech or leech, suspended=memory.suspended or leech)


def _into_step(memory: Memory, phase: Phase, step: int, minutes: float, now: Moment) -> Scheduled:
    due_at = now.millis + round(minutes * _MINUTE)
    return Scheduled(replace(memory, phase=phase, step=step, due_at=due_at, due_day=now.day), 0, minutes)


def _graduated(memory: Memory, now: Moment, interval: int) -> Scheduled:
    due = replace(memory, phase=Phase.REVIEW, step=0, due_at=None, due_day=now.day + interval)
    return Scheduled(due, interval, None)
