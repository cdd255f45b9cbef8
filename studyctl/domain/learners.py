"""Simulated learners and two ways to schedule them: one fixed retention, and deadline mode.

A learner's memory follows FSRS-6 with weights of their own, drawn around the defaults; the scheduler sees only their
answers and believes in weights of its own. Whether the n-th answer to a card is recalled depends on the learner, the
card and n alone, so that two schedules meet the same luck. Days count from 0; the date is the day after the last one.
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from studyctl.domain.cards import Rating
from studyctl.domain.deadline import Learnt, ranking
from studyctl.domain.deadline_days import TAIL_DAYS, Deadline
from studyctl.domain.forgetting import (
    FIRST_SHARES,
    PASS_SHARES,
    WORST_SECONDS,
    Forgetting,
    Trace,
    answer_seconds,
)
from studyctl.domain.weights import DEFAULT_WEIGHTS

INTRODUCTION_SHARE = 2 / 3
"""Share of the days over which new cards are spread."""
_SPREAD = 0.08
_FIRST = tuple(accumulate(FIRST_SHARES))
_PASS = tuple(accumulate(PASS_SHARES))


@dataclass(frozen=True)
class Task:
    """So many cards in so many days, at most `day_seconds` each day.

    The first `known` cards were learnt before. Of the others `new_per_day` are unlocked each day; where it is None they
    are spread over the first two thirds of the days.
    """

    cards: int
    days: int
    day_seconds: float
    known: int = 0
    new_per_day: float | None = None

    def unlocked(self, card: int) -> int:
        """Day from which a card may be introduced; `days` where it never may."""
        if self.new_per_day is not None:
            return int((card - self.known) / self.new_per_day) if self.new_per_day else self.days
        return int(card * max(1, self.days * INTRODUCTION_SHARE) / self.cards)


@dataclass(frozen=True)
class Trial:
    """How one schedule went: expected number of cards forgotten at the date, seconds of every day, answers given.

    `unseen` cards were never introduced; they count as forgotten.
    """

    forgotten: float
    seconds: tuple[float, ...]
    answers: int
    unseen: int = 0

    @property
    def total_seconds(self) -> float:
        """Seconds of all days."""
        return sum(self.seconds)

    @property
    def tail_load(self) -> float:
        """Load of the last week as a multiple of the mean."""
        tail = self.seconds[-TAIL_DAYS:]
        total = self.total_seconds
        return sum(tail) / len(tail) / (total / len(self.seconds)) if total else 0.0


def drawn_weights(seed: str, spread: float = 1.0) -> tuple[float, ...]:
    """Weights of a learner around the defaults; `spread` 0 gives the defaults themselves.

    First stabilities share a log-normal factor (sigma 0.25) and have one of their own (0.1); growth w8 is shifted by
    sigma 0.3, first difficulty w4 by 0.5; stability after a lapse w11 and the decay w20 have log-normal factors (0.2).
    """
    dice = random.Random(f"weights {seed}")
    weights = list(DEFAULT_WEIGHTS)
    common = dice.gauss(0, 0.25 * spread)
    weights[:4] = sorted(weight * math.exp(common + dice.gauss(0, 0.1 * spread)) for weight in weights[:4])
    weights[4] += dice.gauss(0, 0.5 * spread)
    weights[8] += dice.gauss(0, 0.3 * spread)
    weights[11] *= math.exp(dice.gauss(0, 0.2 * spread))
    weights[20] = min(0.8, max(0.1, weights[20] * math.exp(dice.gauss(0, 0.2 * spread))))
    return tuple(weights)


class Learner:
    """One learner at one task: the true memory, and what the scheduler believes about it."""

    def __init__(self, task: Task, seed: str, truth: Forgetting, belief: Forgetting) -> None:
        self.task = task
        self.belief = belief
        self.seconds = [0.0] * task.days
        self.last: dict[int, int] = {}
        self.believed: dict[int, Trace] = {}
        self.due: dict[int, int] = {}
        self._seed = seed
        self._truth = truth
        self._true: dict[int, Trace] = {}
        self._count = [0] * task.cards

    def know(self, card: int, trace: Trace, last_day: int, due: int) -> None:
        """A card that was learnt before day 0: its memory, the day of its last answer (negative) and its date."""
        self._true[card] = self.believed[card] = trace
        self.last[card] = last_day
        self.due[card] = due

    def answer(self, card: int, day: int) -> Rating:
        """Answer a card, new or not, with its same-day step."""
        elapsed = day - self.last.get(card, day)
        rating = self._rating(card, elapsed)
        self.seconds[day] += answer_seconds(rating, first=card not in self.last)
        self._true[card] = self._truth.after(self._true.get(card), rating, elapsed)
        self.believed[card] = self.belief.after(self.believed.get(card), rating, elapsed)
        self.last[card] = day
        self._count[card] += 1
        return rating

    def trial(self) -> Trial:
        """The result at the date; a card that was never seen counts as forgotten."""
        date = self.task.days
        known = sum(self._truth.recall(trace.stability, date - self.last[card]) for card, trace in self._true.items())
        unseen = self.task.cards - len(self.last)
        return Trial(self.task.cards - known, tuple(self.seconds), sum(self._count), unseen)

    def unseen(self, day: int) -> list[int]:
        """Cards that may be introduced, oldest first."""
        return [card for card in range(self.task.cards) if card not in self.last and self.task.unlocked(card) <= day]

    def spread(self, card: int) -> float:
        """Factor around 1 that keeps cards of one day from coming back together."""
        dice = random.Random(f"spread {card} {self._count[card]}")
        return dice.uniform(1 - _SPREAD, 1 + _SPREAD)

    def _rating(self, card: int, elapsed: int) -> Rating:
        dice = random.Random(f"{self._seed} {card} {self._count[card]}")
        recalled, which = dice.random(), dice.random()
        if card not in self.last:
            return Rating(1 + min(3, bisect(_FIRST, which)))
        if recalled >= self._truth.recall(self._true[card].stability, elapsed):
            return Rating.AGAIN
        return Rating(2 + min(2, bisect(_PASS, which)))


def fixed_retention(learner: Learner, retention: float) -> Trial:
    """Every card comes back when its believed recall has fallen to `retention`."""
    due = dict(learner.due)
    for day in range(learner.task.days):
        _keep_up(learner, due, day, retention, learner.task.day_seconds)
    return learner.trial()


def deadline_mode(learner: Learner, deadline: Deadline) -> Trial:
    """Build, then the last pass; `deadline` has its date on the day after the last one."""
    due = dict(learner.due)
    for day in range(learner.task.days):
        allowance = deadline.allowance(day, learner.seconds[:day])
        if day < deadline.pass_start:
            _keep_up(learner, due, day, deadline.build_retention, allowance)
            continue
        _work(learner, learner.unseen(day), day, allowance)
        seen = (Learnt(f"{card:06}", trace, learner.last[card]) for card, trace in learner.believed.items())
        ranked = ranking(learner.belief, seen, day, deadline.date)
        _work(learner, [int(each.key) for each in ranked], day, allowance)
    return learner.trial()


def _keep_up(learner: Learner, due: dict[int, int], day: int, retention: float, allowance: float) -> None:
    """Answer what is due, least recall first, then introduce new cards."""

    def recall(card: int) -> float:
        return learner.belief.recall(learner.believed[card].stability, day - learner.last[card])

    waiting = sorted((card for card, when in due.items() if when <= day), key=lambda card: (recall(card), card))
    for card in _work(learner, [*waiting, *learner.unseen(day)], day, allowance):
        interval = learner.belief.interval(learner.believed[card].stability, retention)
        due[card] = day + max(1, round(interval * learner.spread(card) if interval >= 2.5 else interval))


def _work(learner: Learner, cards: Sequence[int], day: int, allowance: float) -> list[int]:
    """Answer cards in order as long as the slowest answer would still fit; returns those answered."""
    answered = []
    for card in cards:
        if learner.seconds[day] + WORST_SECONDS > allowance:
            break
        learner.answer(card, day)
        answered.append(card)
    return answered
