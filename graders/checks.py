"""The checks of a lab: small pure functions from numbers to a Check with a sentence the learner can act on.

A check on time rests on an interval. It fails only when the whole interval lies on the wrong side of the bound; when
the interval straddles the bound the check is undecided, and the verdict says whether the machine was too busy to know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from graders.statistics import Interval

State = Literal["passed", "failed", "undecided"]
Number = float | int | str | None


@dataclass(frozen=True)
class Check:
    """One finding. ``timing`` marks those that a busy machine can spoil; all others are right or wrong.

    ``clearance`` says by what factor, at least 1, the near end of a failed check's interval misses the bound: a miss
    that the machine's own noise cannot explain is a failure even on a busy machine.
    """

    id: str
    state: State
    message: str
    value: Number = None
    bound: Number = None
    unit: str = ""
    timing: bool = False
    clearance: float = 1.0

    @property
    def passed(self) -> bool:
        """Whether the check is decided in the learner's favour."""
        return self.state == "passed"

    def as_dict(self) -> dict[str, Any]:
        """Return the six fields of the verdict event."""
        return {
            "id": self.id,
            "passed": self.passed,
            "message": self.message,
            "value": self.value,
            "bound": self.bound,
            "unit": self.unit,
        }


def _state(passed: bool) -> State:
    return "passed" if passed else "failed"


def holds(
    check_id: str, truth: bool, message: str, *, value: Number = None, bound: Number = None, unit: str = ""
) -> Check:
    """A plain fact that the experiment established itself."""
    return Check(check_id, _state(truth), message, value, bound, unit)


def exact(check_id: str, value: float, expected: float, *, unit: str, formula: str) -> Check:
    """``value`` equals ``expected``; ``formula`` is the formula with the learner's numbers in it."""
    relation = "==" if value == expected else "!="
    text = f"{value:,} {unit} {relation} {formula} = {expected:,} {unit}"
    return Check(check_id, _state(value == expected), text, value, expected, unit)


def within_factor_of_formula(
    check_id: str, value: float, expected: float, *, tolerance: float, unit: str, formula: str
) -> Check:
    """``value`` lies within ``tolerance`` (0.15 = 15 %) of what ``formula`` predicts."""
    off = abs(value - expected) / abs(expected) if expected else float(value != 0)
    message = f"{value:.4g} {unit} against {formula} = {expected:.4g} {unit}: {off:.1%} apart, {tolerance:.0%} allowed"
    return Check(check_id, _state(off <= tolerance), message, value, expected, unit)


def ratio_at_least(check_id: str, ratio: Interval, bound: float, *, what: str) -> Check:
    """The lower confidence bound of a timed ratio reaches ``bound``; ``what`` names the ratio, e.g. "TP(8)/TP(1)"."""
    return _bounded(check_id, ratio, bound, what, "x", at_least=True)


def ratio_at_most(check_id: str, ratio: Interval, bound: float, *, what: str) -> Check:
    """The upper confidence bound of a timed ratio stays below ``bound``."""
    return _bounded(check_id, ratio, bound, what, "x", at_least=False)


def quantity_between(check_id: str, value: Interval, low: float, high: float, *, what: str, unit: str) -> Check:
    """A timed quantity lies in [low, high]: passed when its estimate does, failed when its interval lies outside."""
    bound = f"{low:.4g}..{high:.4g}"
    text = f"{what} = {_shown(value, unit)}, expected {bound} {unit}"
    if not value.overlaps(low, high):
        clearance = _factor(low, value.high) if value.high < low else _factor(value.low, high)
        return Check(check_id, "failed", text, value.estimate, bound, unit, timing=True, clearance=clearance)
    if low <= value.estimate <= high:
        return Check(check_id, "passed", text, value.estimate, bound, unit, timing=True)
    return Check(
        check_id, "undecided", text + "; the interval reaches over the bound", value.estimate, bound, unit, timing=True
    )


def slope_near_zero(check_id: str, growth: Interval, bound: float, *, what: str) -> Check:
    """Growth per doubling (0.1 = 10 %) is at most ``bound``, on the upper confidence bound."""
    text = (
        f"{what} grows {growth.estimate:+.1%} [{growth.low:+.1%}, {growth.high:+.1%}] per doubling, at most {bound:.0%}"
    )
    if growth.high <= bound:
        return Check(check_id, "passed", text, growth.estimate, bound, "per doubling", timing=True)
    if growth.low > bound:
        clearance = _factor(1 + growth.low, 1 + bound)
        return Check(check_id, "failed", text, growth.estimate, bound, "per doubling", timing=True, clearance=clearance)
    text += "; the interval straddles the bound"
    return Check(check_id, "undecided", text, growth.estimate, bound, "per doubling", timing=True)


def monotone_increasing(check_id: str, x: Sequence[float], y: Sequence[Interval], *, what: str) -> Check:
    """``y`` rises with ``x``: each step is up, or at least not clearly down (failed: intervals apart, downwards)."""
    shown = ", ".join(f"{a:g}: {b.estimate:.3g}" for a, b in zip(x, y, strict=True))
    steps = list(pairwise(y))
    text = f"{what} over {shown}"
    rise = y[-1].estimate / y[0].estimate if y[0].estimate else float("inf")
    if all(after.estimate > before.estimate for before, after in steps):
        return Check(check_id, "passed", text + " rises at every step", rise, 1.0, "x", timing=True)
    falls = [_factor(before.low, after.high) for before, after in steps if after.high < before.low]
    if falls:
        text += " does not rise at every step"
        return Check(check_id, "failed", text, rise, 1.0, "x", timing=True, clearance=max(falls))
    return Check(check_id, "undecided", text + ": one step is within the noise", rise, 1.0, "x", timing=True)


def same_output(check_id: str, wrong: int, total: int, *, what: str, example: str = "") -> Check:
    """Every one of ``total`` outputs equals the reference; ``example`` shows the first that does not."""
    text = f"{total - wrong} of {total} {what} equal the reference"
    if total == 0:
        return Check(check_id, "failed", f"there were no {what} to compare", 0, 0, what)
    return Check(
        check_id, _state(wrong == 0), text + (f"; {example}" if wrong and example else ""), wrong, 0, f"wrong {what}"
    )


def conserved_count(check_id: str, sent: int, received: int, duplicated: int, unknown: int, *, what: str) -> Check:
    """Everything sent came back exactly once, and nothing else did."""
    lost = sent - received
    text = f"{sent} {what} sent, {received} came back: {lost} lost, {duplicated} duplicated, {unknown} never sent"
    return Check(check_id, _state(lost == duplicated == unknown == 0), text, lost + duplicated + unknown, 0, what)


def _shown(value: Interval, unit: str) -> str:
    return f"{value.estimate:.3g} {unit} [{value.low:.3g}, {value.high:.3g}]"


def _bounded(check_id: str, value: Interval, bound: float, what: str, unit: str, *, at_least: bool) -> Check:
    word = "at least" if at_least else "at most"
    text = f"{what} = {_shown(value, unit)}, {word} {bound:g} {unit} needed"
    good, bad = (value.low >= bound, value.high < bound) if at_least else (value.high <= bound, value.low > bound)
    clearance = _factor(bound, value.high) if at_least else _factor(value.low, bound)
    if good:
        return Check(check_id, "passed", text, value.estimate, bound, unit, timing=True)
    if bad:
        return Check(check_id, "failed", text, value.estimate, bound, unit, timing=True, clearance=clearance)
    text += "; the interval straddles the bound"
    return Check(check_id, "undecided", text, value.estimate, bound, unit, timing=True)


def _factor(larger: float, smaller: float) -> float:
    return larger / smaller if smaller > 0 else math.inf
