"""A check decides only what its numbers decide, and its message shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders import checks
from graders.checks import Check
from graders.statistics import Interval
from graders.verdict import Quietness, decide

numbers = st.floats(-100, 100)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, estimate, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Interval(estimate, low, high)


@given(intervals(), numbers)
def test_a_ratio_passes_fails_or_stays_open_by_where_its_interval_lies(value: Interval, bound: float) -> None:
    state = checks.ratio_at_least("r", value, bound, what="a/b").state
    expected = "passed" if value.low >= bound else "failed" if value.high < bound else "undecided"
    assert state == expected


@given(intervals(), numbers)
def test_at_most_mirrors_at_least(value: Interval, bound: float) -> None:
    mirrored = Interval(-value.estimate, -value.high, -value.low)
    at_most = checks.ratio_at_most("r", value, bound, what="a/b").state
    assert at_most == checks.ratio_at_least("r", mirrored, -bound, what="a/b").state


@given(st.integers(0, 1 << 60), st.integers(0, 1 << 60))
def test_exact_means_exact(value: int, expected: int) -> None:
    assert checks.exact("bytes", value, expected, unit="bytes", formula="f").passed == (value == expected)


def test_the_message_shows_the_learners_numbers_in_the_formula() -> None:
    check = checks.exact("bytes", 819_200, 1_638_400, unit="bytes", formula="2*4*4*64*200*4*1")
    assert "819,200 bytes != 2*4*4*64*200*4*1 = 1,638,400 bytes" in check.message


@given(intervals())
def test_growth_is_flat_when_its_upper_bound_is(growth: Interval) -> None:
    state = checks.slope_near_zero("flat", growth, 0.15, what="time").state
    assert state == ("passed" if growth.high <= 0.15 else "failed" if growth.low > 0.15 else "undecided")


def test_a_curve_that_clearly_falls_is_not_monotone() -> None:
    rising = [Interval(1, 0.9, 1.1), Interval(2, 1.9, 2.1), Interval(3, 2.9, 3.1)]
    dip = [rising[0], rising[2], rising[1]]
    flat = [Interval(1, 0.9, 1.1), Interval(0.99, 0.9, 1.1)]
    assert checks.monotone_increasing("m", [1, 2, 3], rising, what="y").state == "passed"
    assert checks.monotone_increasing("m", [1, 2, 3], dip, what="y").state == "failed"
    assert checks.monotone_increasing("m", [1, 2], flat, what="y").state == "undecided"


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 5), st.integers(0, 5))
def test_a_count_is_conserved_only_without_any_difference(sent: int, got: int, twice: int, unknown: int) -> None:
    check = checks.conserved_count("n", sent, got, twice, unknown, what="requests")
    assert check.passed == (sent == got and twice == 0 and unknown == 0)


def test_nothing_compared_is_nothing_proved() -> None:
    assert checks.same_output("t", 0, 0, what="answers").state == "failed"


def test_the_formula_check_measures_its_distance() -> None:
    assert checks.within_factor_of_formula("m", 11, 10, tolerance=0.15, unit="ms", formula="f").passed
    assert not checks.within_factor_of_formula("m", 12, 10, tolerance=0.15, unit="ms", formula="f").passed


RIGHT = checks.holds("right", True, "right")
WRONG = checks.holds("wrong", False, "wrong answer")
SLOW = checks.ratio_at_least("slow", Interval(0.5, 0.4, 0.6), 2, what="a/b")
CLOSE = checks.ratio_at_least("close", Interval(1.8, 1.7, 1.9), 2, what="a/b")
OPEN = checks.ratio_at_least("open", Interval(2, 1.9, 2.1), 2, what="a/b")
QUIET = Quietness(Interval(1, 0.99, 1.01))
CONTRADICTION = Quietness(Interval(1.2, 1.15, 1.25))
WIDE = Quietness(Interval(1, 0.8, 1.2))


@pytest.mark.parametrize(
    ("found", "quietness", "verdict"),
    [
        ([RIGHT], QUIET, "passed"),
        ([RIGHT, SLOW], QUIET, "failed"),
        ([RIGHT, OPEN], QUIET, "failed"),
        ([RIGHT, CLOSE], QUIET, "failed"),
        ([RIGHT, CLOSE], WIDE, "noisy"),
        ([RIGHT, SLOW], WIDE, "failed"),
        ([RIGHT, SLOW], CONTRADICTION, "failed"),
        ([RIGHT, CLOSE], CONTRADICTION, "noisy"),
        ([RIGHT, OPEN], WIDE, "noisy"),
        ([RIGHT], WIDE, "passed"),
        ([RIGHT], CONTRADICTION, "noisy"),
        ([WRONG, OPEN], CONTRADICTION, "failed"),
        ([], QUIET, "error"),
    ],
)
def test_a_wrong_answer_or_a_clear_miss_wins_over_noise_and_noise_over_a_close_call(
    found: list[Check], quietness: Quietness, verdict: str
) -> None:
    assert decide(found, quietness)[0] == verdict


def test_a_noisy_verdict_says_why_and_what_to_do() -> None:
    reason = decide([CLOSE], CONTRADICTION)[1]
    assert "same baseline" in reason
    assert "run the lab again" in reason
