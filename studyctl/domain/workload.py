"""What keeping a set of cards costs at each desired retention.

Every card goes on from its memory as it is now. It is asked on the day on which its recall has fallen to the desired
retention (interval of FSRS-6, at least a day; what is overdue, today); whether it is recalled is drawn with the
probability that the forgetting curve gives for that day, and the answer changes its memory as FSRS-6 says. The n-th
answer to a card meets the same luck at every retention, so that points of a curve can be compared. New cards are left
out. Source of the simulation and of the cost for each remembered card, time spent / cards remembered at the end:
fsrs-rs, `simulate` and `optimal_retention`, after Ye, Su & Cao (see `forgetting`).
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from studyctl.domain.forgetting import PASS_SHARES, REVIEW_SECONDS, STEP_SECONDS, Forgetting, Trace

YEAR = 365
GOOD = 2  # its place among the four traces


class Held(NamedTuple):
    """A card in memory: its id, what is left of it, and days since the last answer."""

    key: str
    trace: Trace
    elapsed: int


@dataclass(frozen=True)
class AnswerHabits:
    """How the user answers cards in review.

    `pace` is their seconds as a multiple of the model's (see `answer_pace`), `shares` are those of Hard, Good, Easy
    among what was recalled.
    """

    pace: float = 1.0
    shares: tuple[float, ...] = PASS_SHARES

    def passed_seconds(self, ease: int) -> float:
        """Seconds of Hard (0), Good (1) or Easy (2)."""
        return self.pace * REVIEW_SECONDS[1 + ease]

    @property
    def lapsed_seconds(self) -> float:
        """Seconds of Again with the relearning step that follows it."""
        return self.pace * (REVIEW_SECONDS[0] + STEP_SECONDS[1])

    def expected_seconds(self, recall: float) -> float:
        """Mean seconds of a review whose card is recalled with this probability."""
        passed = sum(share * self.passed_seconds(ease) for ease, share in enumerate(self.shares))
        return recall * passed + (1 - recall) * self.lapsed_seconds


@dataclass(frozen=True)
class WorkloadPoint:
    """At a desired retention: minutes a day, mean over the days, and cards remembered at their end."""

    retention: float
    minutes: float
    remembered: float

    @property
    def cost(self) -> float:
        """Seconds a day for each remembered card."""
        return 60 * self.minutes / self.remembered if self.remembered else 0.0


def workload(
    cards: Sequence[Held],
    model: Forgetting,
    habits: AnswerHabits,
    retention: float,
    maximum_interval: int,
    days: int = YEAR,
) -> WorkloadPoint:
    """The cost of keeping `cards` at one desired retention for so many days."""
    ease = tuple(accumulate(habits.shares))
    seconds = remembered = 0.0
    for key, trace, elapsed in cards:
        dice = random.Random(key)
        last = -elapsed
        while (day := max(0, last + _interval(model, trace.stability, retention, maximum_interval))) < days:
            recalled, which = dice.random(), dice.random()
            found = model.next_traces(trace, day - last)
            if recalled < model.recall(trace.stability, day - last):
                passed = min(2, bisect(ease, which))
                trace = found[1 + passed]
                seconds += habits.passed_seconds(passed)
            else:
                trace = model.next_traces(found[0], 0)[GOOD]
                seconds += habits.lapsed_seconds
            last = day
        remembered += model.recall(trace.stability, days - last)
    return WorkloadPoint(retention, seconds / 60 / days, remembered)


def _interval(model: Forgetting, stability: float, retention: float, maximum: int) -> int:
    return min(maximum, max(1, round(model.interval(stability, retention))))
