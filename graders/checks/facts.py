"""Checks without doubt: counts, bytes, formulas, equalities. No noise excuses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from graders.checks.base import Check, Number, decided


def holds(
    check_id: str, truth: bool, message: str, *, value: Number = None, bound: Number = None, unit: str = ""
) -> Check:
    """A plain fact that the experiment established itself."""
    return Check(check_id, decided(truth), message, value, bound, unit)


def exact(check_id: str, value: float, expected: float, *, unit: str, formula: str) -> Check:
    """``value`` equals ``expected``; ``formula`` is the formula with the learner's numbers in it."""
    relation = "==" if value == expected else "!="
    text = f"{value:,} {unit} {relation} {formula} = {expected:,} {unit}"
    return Check(check_id, decided(value == expected), text, value, expected, unit)


def every_case(check_id: str, cases: Sequence[tuple[str, Number, Number]], *, what: str, unit: str = "") -> Check:
    """Every case (input in words, value, expected value) is equal; put the smallest input first: it is shown.

    No cases at all is a failure.
    """
    wrong = [case for case in cases if case[1] != case[2]]
    text = f"{what}: {len(cases) - len(wrong)} of {len(cases)} cases right"
    if not wrong:
        return Check(check_id, decided(bool(cases)), text, 0, 0, unit)
    shown, value, expected = wrong[0]
    return Check(
        check_id, "failed", f"{text}; first {shown}: {value} {unit}, right is {expected}", value, expected, unit
    )


def within_factor_of_formula(
    check_id: str, value: float, expected: float, *, tolerance: float, unit: str, formula: str
) -> Check:
    """``value`` lies within ``tolerance`` (0.15 = 15 %) of what ``formula`` predicts."""
    off = abs(value - expected) / abs(expected) if expected else float(value != 0)
    message = f"{value:.4g} {unit} against {formula} = {expected:.4g} {unit}: {off:.1%} apart, {tolerance:.0%} allowed"
    return Check(check_id, decided(off <= tolerance), message, value, expected, unit)


def at_least(check_id: str, value: float, bound: float, *, what: str, unit: str = "") -> Check:
    """A counted or computed number (no time) reaches ``bound``; NaN does not."""
    text = f"{what} = {value:.4g} {unit}".rstrip() + f", at least {bound:.4g} needed"
    return Check(check_id, decided(value >= bound), text, value, bound, unit)


def at_most(check_id: str, value: float, bound: float, *, what: str, unit: str = "") -> Check:
    """A counted or computed number (no time) stays within ``bound``; NaN does not."""
    text = f"{what} = {value:.4g} {unit}".rstrip() + f", at most {bound:.4g} allowed"
    return Check(check_id, decided(value <= bound), text, value, bound, unit)


def same_output(check_id: str, wrong: int, total: int, *, what: str, example: str = "") -> Check:
    """Every one of ``total`` outputs equals the reference; ``example`` shows the first that does not."""
    text = f"{total - wrong} of {total} {what} equal the reference"
    if total == 0:
        return Check(check_id, "failed", f"there were no {what} to compare", 0, 0, what)
    return Check(
        check_id, decided(wrong == 0), text + (f"; {example}" if wrong and example else ""), wrong, 0, f"wrong {what}"
    )


def conserved_count(check_id: str, sent: int, received: int, duplicated: int, unknown: int, *, what: str) -> Check:
    """Everything sent came back exactly once, and nothing else did."""
    lost = sent - received
    text = f"{sent} {what} sent, {received} came back: {lost} lost, {duplicated} duplicated, {unknown} never sent"
    return Check(check_id, decided(lost == duplicated == unknown == 0), text, lost + duplicated + unknown, 0, what)


def rising_order(check_id: str, values: Mapping[str, float], *, what: str, unit: str = "") -> Check:
    """The values rise strictly in the order of the mapping, for example error: fp32 < fp16 < bf16."""
    text = " < ".join(f"{name} {value:.3g}" for name, value in values.items())
    right = all(a < b for a, b in pairwise(values.values()))
    return Check(check_id, decided(right), f"{what}: {text} {'holds' if right else 'does not hold'}", None, None, unit)


def sums_to(
    check_id: str, parts: Mapping[str, float], total: float, *, tolerance: float, what: str, unit: str
) -> Check:
    """The parts add up to the total within ``tolerance`` (0.05 = 5 %)."""
    formula = " + ".join(f"{name} {value:.4g}" for name, value in parts.items())
    return within_factor_of_formula(
        check_id, total, sum(parts.values()), tolerance=tolerance, unit=unit, formula=f"{what}: {formula}"
    )
