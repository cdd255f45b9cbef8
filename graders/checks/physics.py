"""Checks that hold on any machine because arithmetic or physics says so."""

from __future__ import annotations

from dataclasses import replace

from graders.checks.base import Check, bounded, decided, shown
from graders.checks.facts import within_factor_of_formula
from graders.statistics import Interval

ROOM_ABOVE_CEILING = 1.25  # a ceiling measured on another day, on a machine that was a little slower then


def not_faster_than_floor(check_id: str, seconds: Interval, floor: float, *, what: str, formula: str) -> Check:
    """No call took less than its physical floor (bytes over bandwidth, operations over peak rate), in seconds.

    Even the upper confidence bound lying more than ROOM_ABOVE_CEILING below the floor is ``impossible``: the work
    cannot have been done. Timing checks of such a run mean nothing.
    """
    text = f"{what} took {shown(seconds, 's')}, its floor is {formula} = {floor:.3g} s"
    if seconds.high * ROOM_ABOVE_CEILING < floor:
        text += ": faster than this machine can move or compute that much"
        return Check(check_id, "impossible", text, seconds.estimate, floor, "s", timing=True)
    return Check(check_id, "passed", text, seconds.estimate, floor, "s", timing=True)


def share_of_ceiling(check_id: str, rate: Interval, ceiling: float, at_least: float, *, what: str, unit: str) -> Check:
    """A rate reaches the share ``at_least`` (0.5 = half) of the measured ceiling, both in ``unit``, e.g. GB/s.

    More than ROOM_ABOVE_CEILING times the ceiling is ``impossible``.
    """
    share = Interval(rate.estimate / ceiling, rate.low / ceiling, rate.high / ceiling)
    found = bounded(check_id, share, at_least, f"{what} over {ceiling:.4g} {unit}", "of the ceiling", at_least=True)
    if share.low > ROOM_ABOVE_CEILING:
        return replace(found, state="impossible", message=found.message + "; more than this machine can do")
    return found


def percentile_order(check_id: str, p50: float, p95: float, p99: float, *, unit: str) -> Check:
    """p50 <= p95 <= p99, all positive."""
    text = f"p50 {p50:.4g} <= p95 {p95:.4g} <= p99 {p99:.4g} {unit}"
    return Check(check_id, decided(0 < p50 <= p95 <= p99), text, p99, p50, unit)


def littles_law(
    check_id: str, concurrency: float, throughput: float, latency: float, *, tolerance: float = 0.1
) -> Check:
    """Mean requests in the system = throughput (1/s) * mean latency (s) (Little 1961), within ``tolerance``."""
    formula = f"throughput {throughput:.4g}/s * latency {latency:.4g} s"
    return within_factor_of_formula(
        check_id, concurrency, throughput * latency, tolerance=tolerance, unit="in flight", formula=formula
    )
