"""FSRS-6 scheduling with Anki's rules around it: day boundaries, learning steps, seeded fuzz, leeches.

The memory model and its weights are `fsrs-rs-python`'s. Fuzz ranges and learning-step rules follow Anki's scheduler
(rslib/src/scheduler/states).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import fsrs_rs_python

from studyctl.domain.cards import Memory, Phase, Rating

ALGORITHM = "FSRS-6"
LEARNING_STEPS_MINUTES = (1, 10)
RELEARNING_STEPS_MINUTES = (10,)
LEECH_LAPSES = 8
LEECH_REPEAT = 4
STABILITY_MIN = 0.001
STABILITY_MAX = 36500.0
_MINUTE = 60_000
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))


@dataclass(frozen=True)
class Moment:
    """When an answer is given: epoch milliseconds and study-day ordinal."""

    millis: int
    day: int


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


@cache
def _model(weights: tuple[float, ...] | None) -> Any:
    return fsrs_rs_python.FSRS(parameters=list(weights or fsrs_rs_python.DEFAULT_PARAMETERS))


def fuzz_bounds(interval: float, maximum: int) -> tuple[int, int]:
    """Inclusive bounds in days around an interval; equal bounds where it is too short for fuzz."""
    if interval < 2.5:
        return round(interval), round(interval)
    delta = 1.0 + sum(factor * max(0.0, min(interval, end) - start) for start, end, factor in _FUZZ_RANGES)
    low = max(2, round(interval - delta))
    high = min(maximum, round(interval + delta))
    return min(low, high), high


def fuzzed(interval: float, key: str, reps: int, minimum: int, maximum: int) -> int:
    """Interval in whole days, drawn inside its fuzz bounds; the same card and repetition draw the same day."""
    low, high = fuzz_bounds(interval, maximum)
    low, high = max(low, minimum), max(high, minimum)
    drawn = random.Random(f"{key}:{reps}").random()
    return max(1, min(maximum, low + int(drawn * (high - low + 1))))


class Scheduler:
    """Turns (memory, rating, moment) into the next memory."""

    def __init__(
        self,
        desired_retention: float = 0.9,
        maximum_interval: int = 36500,
        weights: tuple[float, ...] | None = None,
    ) -> None:
        self.desired_retention = desired_retention
        self.maximum_interval = maximum_interval
        self._fsrs = _model(weights)

    def preview(self, key: str, memory: Memory, now: Moment) -> dict[Rating, Scheduled]:
        """What each rating would lead to. `key` seeds the fuzz."""
        states = self._next_states(memory, now)
        intervals = self._review_intervals(key, memory, states)
        return {rating: self._schedule(memory, rating, now, states[rating], intervals[rating]) for rating in Rating}

    def answer(self, key: str, memory: Memory, rating: Rating, now: Moment) -> Scheduled:
        """The next state after `rating`."""
        return self.preview(key, memory, now)[rating]

    def retrievability(self, memory: Memory, day: int) -> float:
        """Recall probability on a study day, by the FSRS-6 power curve R = (1 + f*t/S)^-w20 with R(S) = 0.9."""
        if memory.stability is None or memory.last_day is None:
            return 0.0
        decay = -float(fsrs_rs_python.DEFAULT_PARAMETERS[20])
        factor = 0.9 ** (1 / decay) - 1
        elapsed = max(0, day - memory.last_day)
        return float((1 + factor * elapsed / memory.stability) ** decay)

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

    def _review_intervals(self, key: str, memory: Memory, states: dict[Rating, Any]) -> dict[Rating, int]:
        """Whole-day intervals; outside learning each better passing answer waits at least a day longer."""
        intervals = {}
        minimum = 1
        for rating in Rating:
            intervals[rating] = fuzzed(float(states[rating].interval), key, memory.reps, minimum, self.maximum_interval)
            if rating is not Rating.AGAIN and (memory.phase is Phase.REVIEW or rating is Rating.GOOD):
                minimum = min(intervals[rating] + 1, self.maximum_interval)
        return intervals

    def _schedule(self, memory: Memory, rating: Rating, now: Moment, state: Any, interval: int) -> Scheduled:
        stability = min(STABILITY_MAX, max(STABILITY_MIN, float(state.memory.stability)))
        answered = replace(
            memory,
            stability=stability,
            difficulty=float(state.memory.difficulty),
            last_day=now.day,
            reps=memory.reps + 1,
        )
        if memory.phase is Phase.REVIEW:
            if rating is Rating.AGAIN:
                return _into_step(_lapsed(answered), Phase.RELEARNING, 0, RELEARNING_STEPS_MINUTES[0], now)
            return _graduated(answered, now, interval)
        relearning = memory.phase is Phase.RELEARNING
        phase = Phase.RELEARNING if relearning else Phase.LEARNING
        steps = RELEARNING_STEPS_MINUTES if relearning else LEARNING_STEPS_MINUTES
        step = min(memory.step, len(steps) - 1)
        if rating is Rating.AGAIN:
            return _into_step(answered, phase, 0, steps[0], now)
        if rating is Rating.HARD:
            return _into_step(answered, phase, step, _hard_delay(steps, step), now)
        if rating is Rating.GOOD and step + 1 < len(steps):
            return _into_step(answered, phase, step + 1, steps[step + 1], now)
        return _graduated(answered, now, interval)


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
