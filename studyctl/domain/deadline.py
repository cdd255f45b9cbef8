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

How the days share out the time stands in `deadline_days`.

Sources: Pavlik & Anderson, "Using a model to compute the optimal schedule of practice", J. Exp. Psychol. Appl. 14
(2008), for gain at the test per second of practice; Khajah, Lindsey & Mozer, "Maximizing students' retention via spaced
review", Topics in Cognitive Science 6 (2014), for recall thresholds as a near-optimal way to build; Cepeda et al.,
"Spacing effects in learning", Psychol. Sci. 19 (2008), for why the last pass must not come early.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from studyctl.domain.cards import Rating
from studyctl.domain.forgetting import FIRST_SHARES, PASS_SHARES, Forgetting, Trace, answer_seconds, pass_seconds


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
