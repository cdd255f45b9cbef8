"""Typed answers: units that convert, tolerance at its edge, a diff that adds up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.typed_answer import Mark, compare_number, compare_text
from studyctl.domain.units import parse_quantity, unit_of


@pytest.mark.parametrize(
    ("typed", "answer", "unit", "right"),
    [
        ("4.36", 4.36, "ms", True),
        ("4.36 ms", 4.36, "ms", True),
        ("4360us", 4.36, "ms", True),
        ("4,360 \u00b5s", 4.36, "ms", True),
        ("0.00436 s", 4.36, "ms", True),
        ("4.36 s", 4.36, "ms", False),
        ("4.36 MB", 4.36, "ms", False),
        ("2 GiB", 2147.483648, "MB", True),
        ("2 GB", 2147.483648, "MB", False),
        ("1 GiB/s", 1.073741824, "GB/s", True),
        ("1.073741824 GB", 1.073741824, "GB/s", False),
        ("12.5%", 12.5, "%", True),
        ("0.125", 12.5, "%", False),
        ("2 x", 2, "times", True),
        ("1.5 h", 90, "min", True),
        ("3 million", 3, "million", True),
        ("3e6", 3, "million", False),
        ("5 tokens/s", 5, "tokens/s", True),
        ("1 TFLOP/s", 1000, "GFLOP/s", True),
        ("7 block", 7, "blocks", True),
        ("7 pods", 7, "blocks", False),
        ("1_000", 1000, "", True),
        (".5", 0.5, "", True),
        ("-3", -3, "", True),
        ("0", 0, "", True),
        ("1e-9", 0, "", False),
        ("many", 7, "", False),
        ("1,5", 15, "", False),
        ("12,345.5", 12345.5, "", True),
        ("", 7, "", False),
    ],
)
def test_numbers_are_compared_with_their_units(typed: str, answer: float, unit: str, right: bool) -> None:
    assert compare_number(typed, answer, unit, 0.02).right is right


def test_the_tolerance_is_relative_and_counts_its_edge() -> None:
    assert compare_number("102", 100, "", 0.02).right
    assert not compare_number("102.1", 100, "", 0.02).right
    assert compare_number("98", 100, "", 0.02).right
    assert compare_number("0.306", 0.3, "", 0.02).said == "Right: 2.0 % off, 2 % is allowed."
    assert compare_number("102.1", 100, "", 0.02).said == "2.1 % off; it is 100, and 2 % is allowed."
    assert compare_number("5", 0, "GB", 0.02).said == "It is 0 GB, and nothing is allowed beside it."


@pytest.mark.parametrize("typed", ["6 700 MB", "1/2", "6 7", "6. 7"])
def test_two_numbers_are_no_number_with_an_odd_unit(typed: str) -> None:
    assert compare_number(typed, 6.7, "GB", 0.02).said.startswith("That is no number")


@given(st.floats(1e-9, 1e15), st.sampled_from(["ms", "GB", "GiB/s", "TFLOP/s", "%", "tokens"]))
def test_a_number_is_right_in_its_own_unit(number: float, unit: str) -> None:
    assert compare_number(f"{number!r} {unit}", number, unit, 0.0).right


@given(st.text(max_size=40))
def test_no_typed_text_breaks_the_comparison(text: str) -> None:
    compare_number(text, 4.36, "ms", 0.02)
    parse_quantity(text)
    unit_of(text)


def test_texts_forgive_spaces_and_case_only_where_asked() -> None:
    assert compare_text("  cudaGetLastError ", "cudaGetLastError").right
    assert not compare_text("cudagetlasterror", "cudaGetLastError").right
    assert compare_text("cudagetlasterror", "cudaGetLastError").said == "Only the case differs."
    assert compare_text("Largest", "largest", exact=False).right
    assert compare_text("nvidia-smi   mig -lgip", "nvidia-smi mig -lgip").right
    assert not compare_text("", "x").right


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_the_diff_gives_both_texts_back(typed: str, answer: str) -> None:
    done = compare_text(typed, answer)
    if done.diff:
        plain = " ".join(typed.split())
        assert len(plain) >= 1
        given_back = "".join(piece.text for piece in done.diff if piece.mark is not Mark.MISSING)
        wanted_back = "".join(piece.text for piece in done.diff if piece.mark is not Mark.EXTRA)
        assert compare_text(given_back, typed).right
        assert compare_text(wanted_back, answer).right
