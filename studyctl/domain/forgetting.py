"""The FSRS-6 memory model as a simulation and a plan need it: recall, intervals, and what each answer leads to.

    R(t, S) = (1 + f * t / S) ** -w20,  f = 0.9 ** (-1 / w20) - 1,  so that R(S, S) = 0.9

t is days since the last answer, S the stability in days. Source: open-spaced-repetition, "The Algorithm" (FSRS-6), and
Ye, Su & Cao, "A Stochastic Shortest Path Algorithm for Optimizing Spaced Repetition Scheduling", KDD 2022. Shares of
ratings and seconds of answers are the defaults of fsrs-rs' simulator (`default_simulator_config`), which were measured
on Anki users' logs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import fsrs_rs_python

from studyctl.domain.cards import Rating
from studyctl.domain.weights import DEFAULT_WEIGHTS, memory_model

FIRST_SHARES = (0.24, 0.094, 0.495, 0.171)
"""Shares of Again, Hard, Good, Easy at the first sight of a card."""
PASS_SHARES = (0.224, 0.631, 0.145)
"""Shares of Hard, Good, Easy among answers that were recalled."""
FIRST_SECONDS = (19.58, 18.79, 13.78, 10.71)
REVIEW_SECONDS = (19.38, 17.59, 12.38, 8.94)
STEP_SECONDS = (13.78, 12.32)
"""Seconds of the same-day step that follows a first sight, and of the one that follows a lapse."""
WORST_SECONDS = max(FIRST_SECONDS[0] + STEP_SECONDS[0], REVIEW_SECONDS[0] + STEP_SECONDS[1])


class Trace(NamedTuple):
    """What is left of a card in memory: stability in days, difficulty in [1, 10]."""

    stability: float
    difficulty: float


class Forgetting:
    """FSRS-6 with given weights (21 numbers).

    Raises:
        DataError: the weights are not those of the memory model.
    """

    def __init__(self, weights: Sequence[float] = DEFAULT_WEIGHTS) -> None:
        self.weights = tuple(weights)
        self._fsrs = memory_model(self.weights)
        self._decay = -self.weights[20]
        self._factor = 0.9 ** (1 / self._decay) - 1

    def recall(self, stability: float, days: float) -> float:
        """Probability of recall `days` after the last answer."""
        return float((1 + self._factor * days / stability) ** self._decay)

    def interval(self, stability: float, retention: float) -> float:
        """Days until recall has fallen to `retention`."""
        return float(stability / self._factor * (retention ** (1 / self._decay) - 1))

    def after(self, trace: Trace | None, rating: Rating, elapsed: int) -> Trace:
        """Memory at the end of the day on which a card was answered `elapsed` days after the last answer."""
        return self.branches(trace, elapsed)[rating - 1]

    def branches(self, trace: Trace | None, elapsed: int) -> tuple[Trace, ...]:
        """Memory after Again, Hard, Good and Easy, each with the same-day step (answered Good) that follows it.

        Again has one step; at the first sight (`trace` None) Hard and Good have one as well.
        """
        found = self.next_traces(trace, elapsed)
        steps = 3 if trace is None else 1
        return (*(self.next_traces(each, 0)[2] for each in found[:steps]), *found[steps:])

    def next_traces(self, trace: Trace | None, elapsed: int) -> tuple[Trace, Trace, Trace, Trace]:
        """Memory right after Again, Hard, Good and Easy, before any same-day step."""
        state = None if trace is None else fsrs_rs_python.MemoryState(trace.stability, trace.difficulty)
        states = self._fsrs.next_states(state, 0.9, elapsed)
        again, hard, good, easy = (each.memory for each in (states.again, states.hard, states.good, states.easy))
        return (
            Trace(again.stability, again.difficulty),
            Trace(hard.stability, hard.difficulty),
            Trace(good.stability, good.difficulty),
            Trace(easy.stability, easy.difficulty),
        )


def answer_seconds(rating: Rating, first: bool) -> float:
    """Seconds of an answer with its same-day step."""
    if first:
        return FIRST_SECONDS[rating - 1] + (STEP_SECONDS[0] if rating is not Rating.EASY else 0.0)
    return REVIEW_SECONDS[rating - 1] + (STEP_SECONDS[1] if rating is Rating.AGAIN else 0.0)


@cache
def pass_seconds() -> float:
    """Expected seconds of a review that was recalled."""
    return sum(share * seconds for share, seconds in zip(PASS_SHARES, REVIEW_SECONDS[1:], strict=True))
