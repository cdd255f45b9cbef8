"""Laws of the statistics that verdicts rest on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import statistics
from graders.statistics import Interval

positive = st.floats(min_value=1e-3, max_value=1e3)
samples = st.lists(positive, min_size=1, max_size=30)
pairs = st.lists(st.tuples(positive, positive), min_size=1, max_size=30)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(samples, positive)
def test_the_median_scales_with_its_samples(values: list[float], factor: float) -> None:
    assert statistics.median([v * factor for v in values]) == pytest.approx(statistics.median(values) * factor)


@given(samples)
def test_an_interval_holds_its_estimate_and_stays_within_the_samples(values: list[float]) -> None:
    interval = statistics.median_interval(values)
    assert min(values) <= interval.low <= interval.estimate <= interval.high <= max(values)


@given(pairs)
@settings(max_examples=50)
def test_a_ratio_and_its_inverse_are_reciprocal(rows: list[tuple[float, float]]) -> None:
    rows = rows if len(rows) % 2 else [*rows, rows[0]]  # an odd count has one middle sample
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    forth, back = statistics.paired_ratio(a, b), statistics.paired_ratio(b, a)
    assert forth.estimate * back.estimate == pytest.approx(1)


@given(samples)
def test_a_thing_compared_with_itself_is_exactly_one(values: list[float]) -> None:
    assert statistics.paired_ratio(values, values) == Interval(1, 1, 1)


@given(samples)
def test_percentiles_are_samples_and_rise(values: list[float]) -> None:
    ranks = [statistics.percentile(values, q) for q in (1, 50, 95, 99, 100)]
    assert ranks == sorted(ranks)
    assert set(ranks) <= set(values)
    assert ranks[-1] == max(values)


@given(st.floats(-2, 2), positive)
def test_a_power_law_gives_its_exponent_back(exponent: float, factor: float) -> None:
    x = [10.0, 50.0, 200.0]
    assert statistics.log_log_slope(x, [factor * v**exponent for v in x]) == pytest.approx(exponent, abs=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_line_gives_its_slope_back(slope: float, offset: float) -> None:
    x = [1.0, 2.0, 5.0]
    assert statistics.linear_slope(x, [slope * v + offset for v in x]) == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("count", [12, 40])
def test_the_interval_covers_the_true_median_about_as_often_as_it_says(count: int) -> None:
    random, truth, covered = rng(7), 1.0, 0
    for _ in range(300):
        interval = statistics.median_interval(list(random.lognormal(0.0, 0.3, count)))
        covered += interval.low <= truth <= interval.high
    assert covered / 300 >= 0.90


def test_pairing_cancels_a_drift_of_the_machine() -> None:
    random = rng(3)
    drift = np.linspace(1, 4, 30)
    a, b = 2.0 * drift * random.normal(1, 0.01, 30), drift * random.normal(1, 0.01, 30)
    ratio = statistics.paired_ratio(list(a), list(b))
    assert ratio.overlaps(1.98, 2.02)
    assert ratio.relative_width < 0.05


def test_a_ratio_of_medians_is_not_moved_by_pauses_of_the_scheduler() -> None:
    random = rng(4)
    a, b = random.normal(1, 0.02, 30), random.normal(1, 0.02, 30)
    a[random.choice(30, 9, replace=False)] += 5
    b[random.choice(30, 9, replace=False)] += 5
    ratio = statistics.ratio_of_medians(list(a), list(b))
    assert ratio.overlaps(0.97, 1.03)
    assert ratio.high < 1.5


def test_the_slope_interval_of_flat_samples_holds_zero() -> None:
    random = rng(5)
    rows = [list(random.normal(1, 0.05, 3)) for _ in range(30)]
    assert statistics.slope_interval([10, 50, 200], rows, statistics.log_log_slope).overlaps(0, 0)


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        statistics.median([])
    with pytest.raises(ValueError, match="no samples"):
        statistics.median_interval([])
    with pytest.raises(ValueError, match="same rounds"):
        statistics.paired_ratio([1], [1, 2])
    with pytest.raises(ValueError, match="positive"):
        statistics.paired_ratio([1], [0])
    with pytest.raises(ValueError, match="two different x"):
        statistics.linear_slope([1, 1], [1, 2])
    assert Interval(0, 0, 0).relative_width == math.inf
