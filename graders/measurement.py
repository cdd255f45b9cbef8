"""Interleaved, randomised rounds: every arm runs once in each round, in an order that the referee draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from graders.scheduling import Scheduling
from graders.statistics import Interval, paired_ratio

Arm = Callable[[], float]
Conditions = list[dict[str, float]]
_WATCH: ContextVar[tuple[Callable[[], Scheduling], Conditions] | None] = ContextVar("watch", default=None)
T = TypeVar("T")


@dataclass
class Rounds:
    """Samples by arm; the i-th sample of every arm comes from round i."""

    samples: dict[str, list[float]]
    orders: list[list[str]] = field(default_factory=list)

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
) -> Rounds:
    """Run rounds until ``enough`` says so, but between ``at_least`` and ``at_most``, and not past ``seconds``.

    Each arm is called once per round and returns its sample (any unit). ``enough`` is asked after ``at_least`` rounds
    and then after every further quarter of them, so that it does not stop at the first lucky moment. ``broken`` ends
    the rounds at once: a wrong answer needs no more samples.
    """
    rounds = Rounds({name: [] for name in arms})
    names = list(arms)
    end = time.perf_counter() + seconds
    step = max(1, at_least // 4)
    while len(rounds) < at_most:
        order = [names[i] for i in rng.permutation(len(names))]
        with _watched():
            taken = {name: arms[name]() for name in order}
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


@contextmanager
def watching(counters: Callable[[], Scheduling]) -> Iterator[Conditions]:
    """Read the kernel's counters around every round within this block; yields the list that they are added to.

    For each round: how often a worker lost its core, seconds stolen by the hypervisor, and the share of the workers'
    cores that others took.
    """
    found: Conditions = []
    token = _WATCH.set((counters, found))
    try:
        yield found
    finally:
        _WATCH.reset(token)


@contextmanager
def _watched() -> Iterator[None]:
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    counters, found = watch
    before = counters()
    yield
    during = counters() - before
    found.append(
        {
            "involuntary_switches": during.involuntary,
            "stolen_s": round(during.stolen_s, 4),
            "foreign_share": round(during.foreign_share, 4),
        }
    )
