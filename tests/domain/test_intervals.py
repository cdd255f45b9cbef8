"""Intervals: what is known of them in closed form, and that they hold what they promise."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.intervals import clustered_difference, share, student_t


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (9, 10, 0.5958, 0.9821)],
)
def test_shares_of_textbooks(passed: int, total: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe, Statistics in Medicine 17 (1998); the others follow from the formula."""
    found = share(passed, total)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_mirrors(counts: tuple[int, int]) -> None:
    passed, total = counts
    found, mirrored = share(passed, total), share(total - passed, total)
    assert found.low is not None
    assert found.high is not None
    assert found.share is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert mirrored.low == pytest.approx(1 - found.high)


def test_of_nothing_no_share() -> None:
    assert share(0, 0).share is None


@pytest.mark.parametrize(
    ("probability", "freedom", "quantile"), [(0.975, 3, 3.182), (0.975, 4, 2.776), (0.95, 10, 1.812)]
)
def test_quantiles_of_student(probability: float, freedom: int, quantile: float) -> None:
    assert student_t(probability, freedom) == pytest.approx(quantile, rel=0.01)


def test_with_clusters_of_one_the_bound_is_that_of_the_mean() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 6.0]
    found = clustered_difference(values, range(5))
    deviation = math.sqrt(sum((each - 3.2) ** 2 for each in values) / 4)
    assert found.mean == pytest.approx(3.2)
    assert found.bound == pytest.approx(3.2 + student_t(0.95, 4) * deviation / math.sqrt(5))


def test_answers_that_are_copies_of_each_other_prove_no_more_than_one() -> None:
    values = [0.3, -1.0, 0.2, -0.6, 0.1]
    single = clustered_difference(values, range(5))
    copied = clustered_difference(values * 50, [n % 5 for n in range(250)])
    assert copied.bound == pytest.approx(single.bound)
    assert clustered_difference(values * 50, range(250)).bound < single.bound


def test_of_one_cluster_nothing_can_be_said() -> None:
    assert clustered_difference([-1.0, -1.1], ["a", "a"]).bound == math.inf


def test_the_bound_holds_as_often_as_it_promises() -> None:
    """Clusters of different sizes with an effect of their own; the true mean is 0."""
    dice = random.Random(5)
    held = 0
    for _ in range(400):
        values, clusters = [], []
        for cluster in range(60):
            effect = dice.gauss(0, 1)
            for _ in range(dice.randint(1, 5)):
                values.append(effect + dice.gauss(0, 1))
                clusters.append(cluster)
        held += clustered_difference(values, clusters).bound > 0
    assert 0.91 < held / 400 < 0.98
