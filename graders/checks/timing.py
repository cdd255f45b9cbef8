"""Checks on measured time. Each rests on an interval and may come out undecided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from graders.checks.base import Check, bounded, factor, shown
from graders.statistics import Interval


def ratio_at_least(check_id: str, ratio: Interval, bound: float, *, what: str) -> Check:
    """The lower confidence bound of a timed ratio reaches ``bound``; ``what`` names the ratio, e.g. "TP(8)/TP(1)"."""
    return bounded(check_id, ratio, bound, what, "x", at_least=True)


def ratio_at_most(check_id: str, ratio: Interval, bound: float, *, what: str) -> Check:
    """The upper confidence bound of a timed ratio stays below ``bound``."""
    return bounded(check_id, ratio, bound, what, "x", at_least=False)


def quantity_between(check_id: str, value: Interval, low: float, high: float, *, what: str, unit: str) -> Check:
    """A timed quantity lies in [low, high]: passed when its estimate does, failed when its interval lies outside."""
    bound = f"{low:.4g}..{high:.4g}"
    text = f"{what} = {shown(value, unit)}, expected {bound} {unit}"
    if not value.overlaps(low, high):
        clearance = factor(low, value.high) if value.high < low else factor(value.low, high)
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
        clearance = factor(1 + growth.low, 1 + bound)
        return Check(check_id, "failed", text, growth.estimate, bound, "per doubling", timing=True, clearance=clearance)
    text += "; the interval straddles the bound"
    return Check(check_id, "undecided", text, growth.estimate, bound, "per doubling", timing=True)


def exponent_between(check_id: str, exponent: Interval, low: float, high: float, *, what: str) -> Check:
    """The exponent p of time ~ size**p (``statistics.log_log_slope``) lies in [low, high]."""
    return quantity_between(check_id, exponent, low, high, what=f"exponent of {what}", unit="")


def monotone_increasing(check_id: str, x: Sequence[float], y: Sequence[Interval], *, what: str) -> Check:
    """``y`` rises with ``x``: each step is up, or at least not clearly down (failed: intervals apart, downwards)."""
    shown_y = ", ".join(f"{a:g}: {b.estimate:.3g}" for a, b in zip(x, y, strict=True))
    steps = list(pairwise(y))
    text = f"{what} over {shown_y}"
    rise = y[-1].estimate / y[0].estimate if y[0].estimate else float("inf")
    if all(after.estimate > before.estimate for before, after in steps):
        return Check(check_id, "passed", text + " rises at every step", rise, 1.0, "x", timing=True)
    falls = [factor(before.low, after.high) for before, after in steps if after.high < before.low]
    if falls:
        text += " does not rise at every step"
        return Check(check_id, "failed", text, rise, 1.0, "x", timing=True, clearance=max(falls))
    return Check(check_id, "undecided", text + ": one step is within the noise", rise, 1.0, "x", timing=True)
