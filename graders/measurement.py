"""Interleaved, randomised rounds: every arm runs once in each round, in an order that the referee draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from graders.scheduling import Scheduling
from graders.statistics import Interval, paired_ratio

Arm = Callable[[], float]
T = TypeVar("T")


@dataclass
class Rounds:
    """Samples by arm; the i-th sample of every arm comes from round i.

    ``conditions`` has, where it was asked for, the kernel's counters over each round: cores lost, seconds stolen by the
    hypervisor, share of the workers' cores that others took.
    """

    samples: dict[str, list[float]]
    orders: list[list[str]] = field(default_factory=list)
    conditions: list[dict[str, float]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.orders)

    def __getitem__(self, arm: str) -> list[float]:
        return self.samples[arm]

    def ratio(self, numerator: str, denominator: str) -> Interval:
        """Interval of the median paired ratio of two arms."""
        return paired_ratio(self.samples[numerator], self.samples[denominator])

    def each(self, arms: Sequence[str]) -> list[list[float]]:
        """One list per round with the samples of ``arms`` in that order."""
        return [list(row) for row in zip(*(self.samples[arm] for arm in arms), strict=True)]


def swap_at_random(copies: tuple[T, T], rng: np.random.Generator) -> tuple[T, T]:
    """Return the two copies of a baseline in an order drawn anew.

    Two processes of one program differ by a percent or two for as long as they live (placement of their memory).
    Drawing in each round which of them is the baseline and which the control turns that into noise that the interval
    shows.
    """
    return copies if rng.integers(2) else (copies[1], copies[0])


def interleave(
    arms: Mapping[str, Arm],
    rng: np.random.Generator,
    *,
    at_least: int,
    at_most: int,
    seconds: float,
    enough: Callable[[Rounds], bool] = lambda rounds: True,
    broken: Callable[[], bool] = lambda: False,
    after_round: Callable[[int, int], None] = lambda done, total: None,
    counters: Callable[[], Scheduling] | None = None,
) -> Rounds:
    """Run rounds until ``enough`` says so, but between ``at_least`` and ``at_most``, and not past ``seconds``.

    Each arm is called once per round and returns its sample (any unit). ``enough`` is asked after ``at_least`` rounds
    and then after every further quarter of them, so that it does not stop at the first lucky moment. ``broken`` ends
    the rounds at once: a wrong answer needs no more samples. ``counters`` (``lambda: context.scheduling(workers)``) is
    read around each round.
    """
    rounds = Rounds({name: [] for name in arms})
    names = list(arms)
    end = time.perf_counter() + seconds
    step = max(1, at_least // 4)
    while len(rounds) < at_most:
        order = [names[i] for i in rng.permutation(len(names))]
        before = counters() if counters else None
        taken = {name: arms[name]() for name in order}
        if counters and before:
            rounds.conditions.append(_condition(counters() - before))
        for name, value in taken.items():
            rounds.samples[name].append(value)
        rounds.orders.append(order)
        after_round(len(rounds), at_most)
        done = len(rounds)
        if broken():
            break
        if done >= at_least:
            if time.perf_counter() >= end:
                break
            if (done - at_least) % step == 0 and enough(rounds):
                break
    return rounds


def _condition(during: Scheduling) -> dict[str, float]:
    return {
        "involuntary_switches": during.involuntary,
        "stolen_s": during.stolen_s,
        "foreign_share": during.foreign_share,
    }
