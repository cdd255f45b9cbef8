"""Fits of simulated logs: known weights are recovered, worse ones refused, short logs turned away."""

from __future__ import annotations

import math

import pytest

from studyctl.domain.fitting import Answer, fit, judged, memories, split
from studyctl.domain.forgetting import Forgetting, Trace
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import ConflictError
from tests.simulated_log import QUICK_FORGETTER, simulated_log


def test_a_fit_comes_as_close_to_the_truth_as_the_truth_itself() -> None:
    log = simulated_log(QUICK_FORGETTER, 6000, seed=3)
    found = fit(log, DEFAULT_WEIGHTS)
    truth, _ = judged(split(log)[1], QUICK_FORGETTER)
    assert found.accepted
    assert found.old.log_loss > truth.log_loss + 0.01
    assert found.new.log_loss < truth.log_loss + 0.005
    assert found.new.rmse < found.old.rmse


def test_a_fit_that_predicts_worse_is_not_accepted() -> None:
    """The learner was distracted for the first three quarters of the time and is not any more."""
    log = simulated_log(DEFAULT_WEIGHTS, 3000, seed=4, days=365)
    worse = {
        card: [answer._replace(rating=1) if n and answer.day < 270 else answer for n, answer in enumerate(answers)]
        for card, answers in log.items()
    }
    found = fit(worse, DEFAULT_WEIGHTS)
    assert found.new.log_loss > found.old.log_loss + 0.01
    assert not found.accepted


def test_a_fall_of_the_loss_that_may_be_chance_is_not_accepted() -> None:
    """The old weights are the truth, so whatever a fit gains on the held-out answers is luck."""
    found = [fit(simulated_log(DEFAULT_WEIGHTS, 800, seed=seed), DEFAULT_WEIGHTS) for seed in range(20)]
    lucky = [each for each in found if each.new.log_loss < each.old.log_loss]
    assert len(lucky) >= 3
    assert sum(each.accepted for each in found) <= 2


def test_the_change_is_the_difference_of_both_losses() -> None:
    found = fit(simulated_log(QUICK_FORGETTER, 3000, seed=8), DEFAULT_WEIGHTS)
    assert found.change.mean == pytest.approx(found.new.log_loss - found.old.log_loss)
    assert found.change.mean < found.change.bound < 0


def test_the_same_log_gives_the_same_weights() -> None:
    log = simulated_log(QUICK_FORGETTER, 2000, seed=5)
    assert fit(log, DEFAULT_WEIGHTS) == fit(log, DEFAULT_WEIGHTS)


def test_a_log_one_review_too_short_is_refused() -> None:
    answers = [Answer(day, 3) for day in range(399)]
    with pytest.raises(ConflictError, match="399 reviews") as refused:
        fit({"card": answers}, DEFAULT_WEIGHTS)
    assert "1 more" in refused.value.hint


def test_many_reviews_on_one_day_are_refused() -> None:
    with pytest.raises(ConflictError, match="0 to judge by"):
        fit({f"card-{n}": [Answer(7, 1), Answer(7, 3)] for n in range(300)}, DEFAULT_WEIGHTS)


def test_the_split_is_by_time_and_predicts_only_later_days() -> None:
    log = {"a": [Answer(0, 3), Answer(0, 3), Answer(80, 3), Answer(81, 3)], "b": [Answer(50, 3), Answer(100, 1)]}
    trained, held_out = split(log)
    assert [len(item.reviews) for item in trained] == [3]
    assert [(len(each.before.reviews), each.elapsed, each.recalled) for each in held_out] == [
        (3, 1, True),
        (1, 50, False),
    ]
    assert split({}) == ([], [])


def test_the_loss_is_the_mean_surprise_of_the_forgetting_curve() -> None:
    model = Forgetting()
    first = model.next_traces(None, 0)[2]
    recall = model.recall(first.stability, 5)
    log = {"known": [Answer(0, 3), Answer(5, 3)], "lost": [Answer(0, 3), Answer(5, 1)]}
    held_out = split(log)[1]
    expected = -(math.log(recall) + math.log(1 - recall)) / 2
    found, surprises = judged(held_out, DEFAULT_WEIGHTS)
    assert surprises == pytest.approx([-math.log(recall), -math.log(1 - recall)], rel=1e-5)
    assert found.log_loss == pytest.approx(expected, rel=1e-5)
    assert found.rmse == pytest.approx(recall - 0.5, rel=1e-5)


def test_items_to_train_on_come_in_the_order_of_time() -> None:
    log = {"late": [Answer(0, 3), Answer(60, 3)], "early": [Answer(0, 3), Answer(5, 1)], "end": [Answer(100, 3)]}
    assert [item.reviews[-1].__repr__() for item in split(log)[0]] == [
        "FSRSReview { rating: 1, delta_t: 5 }",
        "FSRSReview { rating: 3, delta_t: 60 }",
    ]


def test_memories_in_batch_are_those_of_one_answer_after_the_other() -> None:
    answers = [Answer(0, 3), Answer(4, 1), Answer(5, 3), Answer(5, 4), Answer(30, 2)]
    model, trace, last = Forgetting(), None, 0
    for day, rating in answers:
        trace = model.next_traces(trace, day - last)[rating - 1]
        last = day
    assert isinstance(trace, Trace)
    assert memories([answers], DEFAULT_WEIGHTS) == [pytest.approx(trace, rel=1e-4)]
    assert memories([], DEFAULT_WEIGHTS) == []
