"""Deadline mode: be ready on the day of the interview instead of keeping one retention for ever.

The time until the date D has two phases.

1. Build: a card comes back when its recall has fallen to the build retention, which is lower than the retention that
   would be kept for ever; that saves the minutes which the second phase spends.
2. Last pass, the last `window` days: on day d every card that was learnt is ranked by its marginal gain of recall at
   the date per second of review, and the ranking is worked through until the day's allowance is spent:

       rate(d) = (E[R(D - d, S')] - R(D - l, S)) / E[seconds]
       E[R(D - d, S')] = p * sum_r share_r * R(D - d, S'_r) + (1 - p) * R(D - d, S'_again),  p = R(d - l, S)
       E[seconds] = p * sum_r share_r * seconds_r + (1 - p) * seconds_again

   l is the day of the last answer, S the stability, S'_r the one after rating r in Hard, Good, Easy.

Allowances spread the pass: with n days in all and B seconds spent before the last `tail` days, the tail may take at
most T with T / tail <= ratio * (B + T) / n, that is T <= B * q / (1 - q), q = tail * ratio / n; each day of it takes an
equal share of what is left. The days of the window before the tail take at most `ratio` times the mean and leave the
tail its mean. Nothing is planned for the date itself.

Sources: Pavlik & Anderson, "Using a model to compute the optimal schedule of practice", J. Exp. Psychol. Appl. 14
(2008), for gain at the test per second of practice; Khajah, Lindsey & Mozer, "Maximizing students' retention via spaced
review", Topics in Cognitive Science 6 (2014), for recall thresholds as a near-optimal way to build; Cepeda et al.,
"Spacing effects in learning", Psychol. Sci. 19 (2008), for why the last pass must not come early.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studyctl.domain.cards import Rating
from studyctl.domain.forgetting import FIRST_SHARES, PASS_SHARES, Forgetting, Trace, answer_seconds, pass_seconds
from studyctl.errors import UsageError

TAIL_DAYS = 7
WINDOW_DAYS = 14
LOAD_RATIO = 1.26
BUILD_RETENTION = 0.87


class Learnt(NamedTuple):
    """A card that was seen: its memory and the study-day ordinal of its last answer."""

    key: str
    trace: Trace
    last_day: int


class Choice(NamedTuple):
    """A review worth doing: gain of recall at the date, expected seconds, and their ratio."""

    key: str
    gain: float
    seconds: float

    @property
    def rate(self) -> float:
        """Gain of recall at the date per second."""
        return self.gain / self.seconds


@dataclass(frozen=True)
class Deadline:
    """From study day `start` on, be ready on study day `date`; both are ordinals.

    `total_seconds` is the time for all days together, `day_seconds` the most for one day.
    """

    start: int
    date: int
    total_seconds: float
    day_seconds: float
    build_retention: float = BUILD_RETENTION
    window: int = WINDOW_DAYS

    @property
    def days(self) -> int:
        """Days with reviews."""
        return self.date - self.start

    @property
    def pass_start(self) -> int:
        """First day of the last pass; short plans give it a third of their days."""
        return self.date - max(1, min(self.window, self.days // 3))

    @property
    def tail_start(self) -> int:
        """First day of the last week."""
        return max(self.start, self.date - TAIL_DAYS)

    def allowance(self, day: int, spent: Sequence[float]) -> float:
        """Seconds for `day`; `spent` has the seconds of the days from `start` until yesterday."""
        tail_days = self.date - self.tail_start
        before = sum(spent[: self.tail_start - self.start])
        room = self.total_seconds - sum(spent)
        if day >= self.tail_start:
            share = tail_days * LOAD_RATIO / self.days
            tail = self.total_seconds - before
            if share < 1:
                tail = min(tail, before * share / (1 - share))
            room = (tail - sum(spent[self.tail_start - self.start :])) / (self.date - day)
        elif day >= self.pass_start:
            mean = self.total_seconds / self.days
            room = min(LOAD_RATIO * mean, room - tail_days * mean)
        return max(0.0, min(self.day_seconds, room))


def plan(start: int, date: int, minutes: float, cards: int) -> Deadline:
    """A deadline with `minutes` a day for `cards` cards.

    Raises:
        UsageError: the date is not ahead, there is no time, or there is nothing to learn.
    """
    if date <= start:
        raise UsageError("The date is not in the future, so there is nothing to plan.", "Give a date after today.")
    if not minutes > 0:
        raise UsageError(f"{minutes:g} minutes a day leave no time for a card.", "Give more than 0 minutes.")
    if cards < 1:
        raise UsageError("There are no cards to be ready with.", "Give at least 1 card.")
    return Deadline(start, date, (date - start) * minutes * 60, minutes * 60)


def choice(model: Forgetting, card: Learnt, day: int, date: int) -> Choice:
    """What a review on `day` is worth on `date`."""
    recall = model.recall(card.trace.stability, day - card.last_day)
    again, *passed = model.branches(card.trace, day - card.last_day)
    left = date - day
    known = sum(share * model.recall(trace.stability, left) for share, trace in zip(PASS_SHARES, passed, strict=True))
    reviewed = recall * known + (1 - recall) * model.recall(again.stability, left)
    untouched = model.recall(card.trace.stability, date - card.last_day)
    seconds = recall * pass_seconds() + (1 - recall) * answer_seconds(Rating.AGAIN, first=False)
    return Choice(card.key, reviewed - untouched, seconds)


def first_sight(model: Forgetting, day: int, date: int) -> Choice:
    """What it is worth on `date` to introduce a card on `day`; all new cards are alike."""
    known = sum(
        share * model.recall(trace.stability, date - day)
        for share, trace in zip(FIRST_SHARES, model.branches(None, 0), strict=True)
    )
    seconds = sum(
        share * answer_seconds(rating, first=True) for share, rating in zip(FIRST_SHARES, Rating, strict=True)
    )
    return Choice("", known, seconds)


def ranking(model: Forgetting, cards: Iterable[Learnt], day: int, date: int) -> list[Choice]:
    """Reviews that raise recall at the date, best rate first; a card answered today waits until tomorrow."""
    choices = [choice(model, card, day, date) for card in cards if card.last_day < day]
    return sorted((each for each in choices if each.gain > 0), key=lambda each: (-each.rate, each.key))


def chosen(choices: Iterable[Choice], seconds: float) -> list[Choice]:
    """The head of a ranking that fits in so many expected seconds."""
    taken: list[Choice] = []
    for each in choices:
        seconds -= each.seconds
        if seconds < 0:
            break
        taken.append(each)
    return taken
