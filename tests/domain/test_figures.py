"""Figures: what a verdict says of them, intervals of medians, predictions in any unit."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.figures import Basis, Figure, Measured, measured, median_interval, samples_at
from studyctl.domain.predictions import FigureResult, amount, told, value_in
from studyctl.errors import UsageError

RATIO = Figure("toy", "ratio", "speed-up", "x", "How many times faster?", "It counts.", Basis.INTERVAL, key="ratio")
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@pytest.mark.parametrize(("n", "place"), [(1, 1), (5, 1), (6, 1), (8, 1), (9, 2), (12, 3), (20, 6), (100, 40)])
def test_the_interval_of_a_median_lies_between_the_places_of_the_tables(n: int, place: int) -> None:
    assert median_interval([float(value) for value in range(1, n + 1)]) == (place, n + 1 - place)


@pytest.mark.parametrize("n", range(6, 80))
def test_the_interval_of_a_median_covers_95_percent_and_not_needlessly_more(n: int) -> None:
    low, high = median_interval([float(value) for value in range(1, n + 1)])
    k = int(low)
    missed = 2 * sum(comb(n, j) for j in range(k)) / 2**n
    wider = missed + 2 * comb(n, k) / 2**n
    assert missed <= 0.05 < wider
    assert high == n + 1 - k


@given(VALUES)
def test_the_interval_holds_the_median_and_turns_with_the_sign(values: list[float]) -> None:
    low, high = median_interval(values)
    assert low <= median(values) <= high
    assert median_interval([-value for value in values]) == (-high, -low)


def document(**record: object) -> dict[str, object]:
    return {"metrics": {"ratio": 17.0, "gone": None}, "checks": [{"id": "lanes", "value": 0.98}], "record": record}


INTERVALS = {"ratio": {"estimate": 17.0, "low": 16.0, "high": 18.0}}


def test_each_basis_gives_its_interval() -> None:
    told_by_referee = document(intervals=INTERVALS, samples={"a": [{"s": [1.0, 2.0]}, {"s": [3.0]}]})
    assert measured(RATIO, told_by_referee) == Measured(17.0, 16.0, 18.0)
    sampled = replace(RATIO, basis=Basis.SAMPLES, key="a.*.s.*", scale=1000.0)
    assert measured(sampled, told_by_referee) == Measured(17.0, 1000.0, 3000.0)
    assert measured(replace(sampled, name="none"), told_by_referee) == Measured(2000.0, 1000.0, 3000.0)
    assert measured(replace(RATIO, basis=Basis.SPREAD, spread=0.5), told_by_referee) == Measured(17.0, 8.5, 25.5)
    assert measured(replace(RATIO, basis=Basis.EXACT), told_by_referee) == Measured(17.0, 17.0, 17.0)
    assert measured(replace(RATIO, name="lanes", basis=Basis.EXACT), told_by_referee) == Measured(0.98, 0.98, 0.98)


@pytest.mark.parametrize(
    "figure",
    [
        replace(RATIO, key="other"),
        replace(RATIO, basis=Basis.SAMPLES, key="a.b"),
        replace(RATIO, basis=Basis.SPREAD, name="gone"),
        replace(RATIO, basis=Basis.EXACT, name="other"),
    ],
)
def test_what_a_run_did_not_reach_is_no_figure(figure: Figure) -> None:
    assert measured(figure, document(intervals=INTERVALS, samples={})) is None
    assert measured(figure, {}) is None


def test_an_interval_with_a_hole_is_none() -> None:
    for broken in ({"estimate": 1.0, "low": None, "high": 2.0}, {"estimate": 1.0}, 3, float("nan")):
        assert measured(RATIO, document(intervals={"ratio": broken})) is None


def test_a_path_leads_to_numbers_only() -> None:
    samples = {"a": [1, True, "x", None, 2.5], "deep": [{"b": 1.0}, {"c": 2.0}, 3]}
    assert samples_at(samples, "a") == [1.0, 2.5]
    assert samples_at(samples, "deep.*.b") == [1.0]
    assert samples_at(samples, "nothing.at.all") == []
    assert samples_at(None, "a") == []


@pytest.mark.parametrize(
    ("unit", "typed", "value"),
    [("x", "4x", 4.0), ("x", "4 times", 4.0), ("ms", "4,360 us", 4.36), ("B", "800 KiB", 819200.0), ("", "70 %", 0.7)],
)
def test_a_prediction_is_typed_in_any_related_unit(unit: str, typed: str, value: float) -> None:
    assert value_in(typed, replace(RATIO, unit=unit)) == pytest.approx(value)


@pytest.mark.parametrize("typed", ["fast", "", "4 ms", "x4", "nan", "1e400", "1,5", "1,5000", "4 5", "4,"])
def test_what_is_no_such_number_is_refused(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        value_in(typed, RATIO)
    assert caught.value.hint


def test_a_prediction_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(UsageError, match="out of range"):
        value_in("1e300 TB", replace(RATIO, unit="B"))


def result(predicted: float | None, low: float = 16.0, high: float = 18.0) -> FigureResult:
    return FigureResult(RATIO, Measured(17.0, low, high), predicted)


def test_a_surprise_lies_outside_the_interval_and_its_distance_is_in_widths() -> None:
    assert [result(value).surprise for value in (None, 15.9, 16.0, 17.0, 18.0, 18.1)] == [
        *(False, True, False, False, False, True),
    ]
    assert result(20.0).distance == pytest.approx(1.0)
    assert result(12.0).distance == pytest.approx(2.0)
    assert result(17.5).distance == result(None).distance == 0.0
    assert result(17.68, 17.0, 17.0).distance == pytest.approx(1.0)  # an exact one counts as 4 % wide


def test_a_result_is_told_in_one_line() -> None:
    assert told(result(4.0)) == "speed-up: predicted 4 x, measured 17 x [16, 18]: surprise"
    assert told(result(16.5)).endswith("predicted 16.5 x, measured 17 x [16, 18]: as predicted")
    assert told(result(None, 17.0, 17.0)) == "speed-up: measured 17 x"
    assert [amount(value, unit) for value, unit in ((819200.0, "B"), (0.21704, ""), (17.0772, "x"), (1e300, "x"))] == [
        *("819,200 B", "0.217", "17.08 x", "1e+300 x"),
    ]
