"""The checks that know no clock: facts, floats against an error budget, and laws."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders import checks
from graders.checks import Comparison, compare
from graders.events import finite
from graders.statistics import Interval

reals = st.floats(-1e6, 1e6)


def test_the_smallest_failing_case_is_shown() -> None:
    cases = [("n = 1", 1, 1), ("n = 31", 30, 31), ("n = 33", 0, 33)]
    found = checks.every_case("sum", cases, what="sums")
    assert found.state == "failed"
    assert "1 of 3 cases right; first n = 31: 30" in found.message
    assert checks.every_case("sum", cases[:1], what="sums").passed
    assert not checks.every_case("sum", [], what="sums").passed


@given(reals, reals)
def test_a_counted_bound_is_what_it_says_and_nan_never_passes(value: float, bound: float) -> None:
    assert checks.at_least("a", value, bound, what="x").passed == (value >= bound)
    assert checks.at_most("a", value, bound, what="x").passed == (value <= bound)
    assert not checks.at_least("a", math.nan, bound, what="x").passed
    assert not checks.at_most("a", math.nan, bound, what="x").passed


def test_an_order_must_rise_strictly() -> None:
    assert checks.rising_order("e", {"fp32": 1e-7, "fp16": 1e-3, "bf16": 1e-2}, what="error").passed
    assert not checks.rising_order("e", {"fp32": 1e-3, "fp16": 1e-3}, what="error").passed


def test_parts_add_up_within_the_tolerance() -> None:
    parts = {"load": 1.0, "prefill": 2.0, "decode": 7.0}
    assert checks.sums_to("s", parts, 10.4, tolerance=0.05, what="segments", unit="s").passed
    assert not checks.sums_to("s", parts, 11.0, tolerance=0.05, what="segments", unit="s").passed


@pytest.mark.parametrize(
    ("output", "right"),
    [
        ([1.0, 2.0], True),
        ([1.0, 2.0 + 1e-9], True),
        ([1.0, 2.1], False),
        ([1.0, math.nan], False),
        ([1.0, math.inf], False),
        ([1.0], False),
        ([[1.0, 2.0]], False),
    ],
)
def test_an_output_is_within_its_budget_or_not(output: list[float], right: bool) -> None:
    found = compare("two numbers", np.array(output), np.array([1.0, 2.0]), relative=1e-6, absolute=1e-6)
    assert (found.worst <= 1) == right
    assert checks.within_error_budget("y", [found], what="outputs").passed == right


@given(st.floats(1e-20, 1e20))
def test_the_budget_follows_the_scale_of_the_inputs(scale: float) -> None:
    reference = scale * np.array([1.0, -3.0, 1e-9])
    near, off = reference * (1 + 1e-7), reference + 0.01 * scale
    budget = {"relative": 1e-6, "absolute": 1e-6 * scale}
    assert compare("near", near, reference, **budget).worst <= 1
    assert compare("off", off, reference, **budget).worst > 1


def test_zeros_are_right_only_where_the_reference_is_zero() -> None:
    assert compare("zero", np.zeros(3), np.zeros(3), relative=0, absolute=0.0).worst == 0
    assert compare("not zero", np.zeros(3), np.full(3, 1e-30), relative=1e-6, absolute=0.0).worst > 1


def test_a_comparison_survives_the_record() -> None:
    poisoned = compare("n = 3", np.full(3, np.nan), np.ones(3), relative=1e-6, absolute=0.0)
    again = Comparison.parse(json.loads(json.dumps(finite(poisoned.as_dict()))))
    found = checks.within_error_budget("y", [again], what="outputs")
    assert found.state == "failed"
    assert "n = 3 at [0]: nan, right is 1" in found.message


def test_no_output_at_all_is_wrong() -> None:
    assert not checks.within_error_budget("y", [], what="outputs").passed


@given(st.tuples(reals, reals, reals))
def test_percentiles_are_in_order(values: tuple[float, float, float]) -> None:
    p50, p95, p99 = values
    assert checks.percentile_order("p", p50, p95, p99, unit="ms").passed == (0 < p50 <= p95 <= p99)


def test_littles_law_holds_for_a_queue_that_obeys_it() -> None:
    assert checks.littles_law("L", concurrency=4.0, throughput=200.0, latency=0.02).passed
    assert not checks.littles_law("L", concurrency=8.0, throughput=200.0, latency=0.02).passed


def test_an_exponent_is_judged_by_its_interval() -> None:
    quadratic = checks.exponent_between("e", Interval(2.0, 1.9, 2.1), 1.5, 2.5, what="time over T")
    linear = checks.exponent_between("e", Interval(1.0, 0.9, 1.1), 1.5, 2.5, what="time over T")
    assert (quadratic.state, linear.state) == ("passed", "failed")
