"""Logs of answers by learners whose weights are known."""

from __future__ import annotations

import random
from collections.abc import Sequence

from studyctl.domain.cards import Rating
from studyctl.domain.fitting import Answer
from studyctl.domain.forgetting import FIRST_SHARES, PASS_SHARES, Forgetting, Trace
from studyctl.domain.weights import DEFAULT_WEIGHTS

QUICK_FORGETTER = (
    *(0.1, 0.4, 0.8, 2.5, 7.0),
    *DEFAULT_WEIGHTS[5:8],
    1.3,
    *DEFAULT_WEIGHTS[9:20],
    0.3,
)
"""Weights of somebody who forgets much faster than the defaults say."""


def simulated_log(weights: Sequence[float], reviews: int, seed: int, days: int = 365) -> dict[str, list[Answer]]:
    """Answers of cards that were introduced evenly over `days` and scheduled by the default weights at 90 %.

    Ratings are those of a memory with `weights`; at least `reviews` answers come out, one a day for each card.
    """
    dice = random.Random(seed)
    truth, belief = Forgetting(weights), Forgetting()
    log: dict[str, list[Answer]] = {}
    count = 0
    while count < reviews:
        card = f"card-{len(log):05}"
        log[card] = _history(dice, truth, belief, days)
        count += len(log[card])
    return log


def _history(dice: random.Random, truth: Forgetting, belief: Forgetting, days: int) -> list[Answer]:
    day, last, known = dice.randrange(days), 0, None
    believed: Trace | None = None
    answers = []
    while day < days:
        elapsed = day - last if known else 0
        if known is None:
            rating = dice.choices(list(Rating), FIRST_SHARES)[0]
        elif dice.random() < truth.recall(known.stability, elapsed):
            rating = dice.choices(list(Rating)[1:], PASS_SHARES)[0]
        else:
            rating = Rating.AGAIN
        answers.append(Answer(day, int(rating)))
        known = _plain(truth, known, rating, elapsed)
        believed = _plain(belief, believed, rating, elapsed)
        last, day = day, day + max(1, round(believed.stability * dice.uniform(0.9, 1.1)))
    return answers


def _plain(model: Forgetting, trace: Trace | None, rating: Rating, elapsed: int) -> Trace:
    """Memory after an answer without same-day steps: the log has none."""
    return model.next_traces(trace, elapsed)[rating - 1]
