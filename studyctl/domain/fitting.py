"""Fits the FSRS-6 weights to a log of answers and judges them on answers that came later.

Split by time: the log spans days a to b; answers until a + 0.8 * (b - a) train, later ones are held out. Each answer
given at least a day after the one before it on the same card is one prediction, made from the card's whole history.
Log loss is the plain mean of -ln(probability of what happened), which fsrs-rs' own `evaluate` is not: it weighs later
items more. RMSE is sqrt(sum_b n_b * (mean recall - mean prediction)^2 / sum_b n_b) over the bins of the SRS benchmark
(logarithms of days since the last answer, of the number of answers, and of lapses).

New weights are accepted where the log loss falls by more than chance: the mean difference on the same answers, new
minus old, must have a one-sided 95 % bound below 0. Answers to one card depend on each other and count as one cluster.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import fsrs_rs_python

from studyctl.domain.forgetting import Forgetting
from studyctl.domain.intervals import Difference, clustered_difference
from studyctl.errors import ConflictError

MINIMUM_REVIEWS = 400
MINIMUM_TRAINED = 100
MINIMUM_HELD_OUT = 30
TRAINED_SHARE = 0.8
EPOCHS, EPOCHS_OF_LONG_LOG = 5, 2
LONG_LOG = 40_000
"""From so many predictions on, two passes over them learn as much as five (same held-out log loss to 0.0003)."""

_TINY = 1e-6


class Answer(NamedTuple):
    """One answer: study-day ordinal and rating 1-4."""

    day: int
    rating: int


Histories = Mapping[str, Sequence[Answer]]
"""All answers of each card, oldest first."""


class Prediction(NamedTuple):
    """A held-out answer: its card, the fsrs item of what came before, days since then, whether recalled, its bin."""

    card: str
    before: Any
    elapsed: int
    recalled: bool
    bin: tuple[int, int, int]


@dataclass(frozen=True)
class Loss:
    """How far predictions were off."""

    log_loss: float
    rmse: float


@dataclass(frozen=True)
class Fit:
    """New weights beside the old ones; `trained` and `held_out` count predictions.

    `change` is the paired difference of the held-out log loss, new minus old.
    """

    reviews: int
    cards: int
    trained: int
    held_out: int
    old: Loss
    new: Loss
    change: Difference
    old_weights: tuple[float, ...]
    new_weights: tuple[float, ...]

    @property
    def accepted(self) -> bool:
        """True where the held-out log loss fell by more than chance."""
        return self.change.bound < 0


def fit(histories: Histories, weights: Sequence[float]) -> Fit:
    """Fit new weights and compare them with `weights`.

    Raises:
        ConflictError: the log is too short, or spans too few days.
    """
    count = sum(len(answers) for answers in histories.values())
    if count < MINIMUM_REVIEWS:
        raise ConflictError(
            f"There are {count} reviews; a fit on fewer than {MINIMUM_REVIEWS} would follow chance.",
            f"{MINIMUM_REVIEWS - count} more are needed; until then the weights stay as they are.",
        )
    trained, held_out = split(histories)
    if len(trained) < MINIMUM_TRAINED or len(held_out) < MINIMUM_HELD_OUT:
        raise ConflictError(
            f"The log has {len(trained)} reviews on later days to learn from and {len(held_out)} to judge by; "
            f"a fit needs {MINIMUM_TRAINED} and {MINIMUM_HELD_OUT}.",
            "Review on more days; until then the weights stay as they are.",
        )
    new = _train(trained, weights)
    old_loss, old_surprises = judged(held_out, weights)
    if all(map(math.isfinite, new)):
        new_loss, new_surprises = judged(held_out, new)
        pairs = zip(new_surprises, old_surprises, strict=True)
        change = clustered_difference([after - before for after, before in pairs], [each.card for each in held_out])
    else:
        new_loss, change = Loss(math.inf, math.inf), Difference(math.inf, math.inf)
    return Fit(
        reviews=count,
        cards=len(histories),
        trained=len(trained),
        held_out=len(held_out),
        old=old_loss,
        new=new_loss,
        change=change,
        old_weights=tuple(weights),
        new_weights=new,
    )


def _train(items: list[Any], weights: Sequence[float]) -> tuple[float, ...]:
    epochs = EPOCHS_OF_LONG_LOG if len(items) >= LONG_LOG else EPOCHS
    config = fsrs_rs_python.TrainingConfig(num_epochs=epochs)
    fitted = fsrs_rs_python.FSRS(parameters=list(weights)).compute_parameters(items, training_config=config)
    return tuple(float(weight) for weight in fitted)


def judged(predictions: Sequence[Prediction], weights: Sequence[float]) -> tuple[Loss, list[float]]:
    """Loss of weights on held-out answers, and -ln(probability of what happened) of each."""
    model = Forgetting(weights)
    states = fsrs_rs_python.FSRS(parameters=list(weights)).memory_state_batch([each.before for each in predictions])
    surprises = []
    bins: dict[tuple[int, int, int], list[float]] = {}
    for each, state in zip(predictions, states, strict=True):
        recall = min(1 - _TINY, max(_TINY, model.recall(state.stability, each.elapsed)))
        surprises.append(-math.log(recall if each.recalled else 1 - recall))
        entry = bins.setdefault(each.bin, [0.0, 0.0])
        entry[0] += 1
        entry[1] += recall - each.recalled
    squares = sum(gap * gap / count for count, gap in bins.values())
    count = len(predictions)
    return Loss(math.fsum(surprises) / count, math.sqrt(squares / count)), surprises


def split(histories: Histories) -> tuple[list[Any], list[Prediction]]:
    """Items to train on, oldest first since fsrs-rs weighs later ones more, and predictions held out."""
    days = [answers[end].day for answers in histories.values() if answers for end in (0, -1)]
    last = min(days) + TRAINED_SHARE * (max(days) - min(days)) if days else 0
    trained: list[tuple[int, Any]] = []
    held_out: list[Prediction] = []
    for card, answers in histories.items():
        reviews = _reviews(answers)
        lapses, count = 0, 1
        for n in range(1, len(answers)):
            day, rating = answers[n]
            elapsed = day - answers[n - 1].day
            if elapsed <= 0:
                continue
            if day <= last:
                trained.append((day, fsrs_rs_python.FSRSItem(reviews[: n + 1])))
            else:
                before = fsrs_rs_python.FSRSItem(reviews[:n])
                held_out.append(Prediction(card, before, elapsed, rating > 1, _bin(elapsed, count, lapses)))
            lapses += rating == 1
            count += 1
    trained.sort(key=itemgetter(0))
    return [item for _, item in trained], held_out


def memories(histories: Iterable[Sequence[Answer]], weights: Sequence[float]) -> list[tuple[float, float]]:
    """Stability in days and difficulty after each whole history, in one batch."""
    items = [fsrs_rs_python.FSRSItem(_reviews(answers)) for answers in histories]
    if not items:
        return []
    states = fsrs_rs_python.FSRS(parameters=list(weights)).memory_state_batch(items)
    return [(float(state.stability), float(state.difficulty)) for state in states]


def _reviews(answers: Sequence[Answer]) -> list[Any]:
    """fsrs reviews; the distance in days to the answer before, 0 for the first."""
    before = answers[0].day if answers else 0
    found = []
    for day, rating in answers:
        found.append(fsrs_rs_python.FSRSReview(rating, max(0, day - before)))
        before = day
    return found


@cache
def _bin(elapsed: int, count: int, lapses: int) -> tuple[int, int, int]:
    """Bin of a prediction: powers of 3.62, 1.89 and 1.73."""
    return (
        int(math.log(elapsed, 3.62)),
        int(math.log(count, 1.89)),
        int(math.log(lapses, 1.73)) + 1 if lapses else 0,
    )
