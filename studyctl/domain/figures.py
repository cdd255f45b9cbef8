"""Figures of a lab: the numbers that are worth predicting, and what a run measured of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, isfinite
from statistics import median
from typing import Any

LEVEL = 0.95  # coverage of the intervals, as the referee's


class Basis(StrEnum):
    """What the interval of a figure rests on.

    The referee's own interval; the samples behind a median; a spread seen over repeated runs, for one value whose
    inputs are drawn anew each time; nothing, for a count that follows from a formula.
    """

    INTERVAL = "interval"
    SAMPLES = "samples"
    SPREAD = "spread"
    EXACT = "exact"


@dataclass(frozen=True)
class Figure:
    """One number of a lab: `ask` is the question about it, `why` what it is good for.

    `name` is a metric of the verdict, else a check with a value; where it is neither, the median of the samples counts.

    `key` names the referee's interval, or is the path of the samples (`sessions.*.stamped.prefill`, `*` for every
    entry of a list). `scale` brings what `key` names into `unit`, or the metric itself where there is no key. `spread`
    is the half-width of the interval relative to the value.
    """

    lab: str
    name: str
    title: str
    unit: str
    ask: str
    why: str
    basis: Basis
    key: str = ""
    scale: float = 1.0
    spread: float = 0.0


@dataclass(frozen=True)
class Measured:
    """What one run says of a figure, in its unit: estimate and interval."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """True where a value lies inside the interval, its ends included."""
        return self.low <= value <= self.high


def measured(figure: Figure, document: Mapping[str, Any]) -> Measured | None:
    """A figure as a verdict document has it; None where that run did not reach it."""
    metric = _value(figure.name, document)
    record = document.get("record", {})
    match figure.basis:
        case Basis.INTERVAL:
            found = _of_interval(record.get("intervals", {}).get(figure.key), metric, figure.scale)
        case Basis.SAMPLES:
            found = _of_samples(samples_at(record.get("samples", {}), figure.key), metric, figure.scale)
        case Basis.SPREAD:
            found = None if metric is None else _around(metric * figure.scale, figure.spread)
        case Basis.EXACT:
            found = None if metric is None else _around(metric * figure.scale, 0.0)
    return found


def samples_at(samples: Any, path: str) -> list[float]:
    """The numbers at a path of the samples; empty where it leads nowhere."""
    found = [samples]
    for step in path.split("."):
        if step == "*":
            found = [entry for each in found if isinstance(each, list) for entry in each]
        else:
            found = [each[step] for each in found if isinstance(each, dict) and step in each]
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [number for each in found if (number := _number(each)) is not None]


def median_interval(samples: Sequence[float]) -> tuple[float, float]:
    """Interval of the median between two order statistics, at least 95 % whatever the distribution.

    The k-th smallest and the k-th largest value, k the largest number with 2 P(B < k) <= 5 % where B is binomial with
    n and 1/2 (Conover, Practical Nonparametric Statistics, 1999, section 3.2). Fewer than six values cannot give 95 %:
    then it is their range.
    """
    ordered = sorted(samples)
    n = len(ordered)
    k, below = 0, 0
    while 2 * (below + comb(n, k)) <= (1 - LEVEL) * 2**n:
        below += comb(n, k)
        k += 1
    k = max(1, k)
    return ordered[k - 1], ordered[n - k]


def _value(name: str, document: Mapping[str, Any]) -> float | None:
    values = {check.get("id"): check.get("value") for check in document.get("checks", [])}
    return _number({**values, **document.get("metrics", {})}.get(name))


def _of_interval(told: object, metric: float | None, scale: float) -> Measured | None:
    if not isinstance(told, Mapping):
        return None
    estimate, low, high = (_number(told.get(name)) for name in ("estimate", "low", "high"))
    if estimate is None or low is None or high is None:
        return None
    return Measured(estimate * scale if metric is None else metric, low * scale, high * scale)


def _of_samples(samples: Sequence[float], metric: float | None, scale: float) -> Measured | None:
    if not samples:
        return None
    low, high = median_interval(samples)
    return Measured(median(samples) * scale if metric is None else metric, low * scale, high * scale)


def _around(value: float, spread: float) -> Measured:
    half = abs(value) * spread
    return Measured(value, value - half, value + half)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
