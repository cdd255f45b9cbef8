"""Medians, bootstrap intervals, paired ratios and slopes: the only arithmetic a verdict may rest on.

Every function is pure: an interval depends on its samples alone, so a stored record gives the same verdict again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
CONFIDENCE = 0.95
MIN_SAMPLES = 5  # below this a percentile bootstrap says nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A point estimate with its confidence interval, in the unit of the samples."""

    estimate: float
    low: float
    high: float

    def overlaps(self, low: float, high: float) -> bool:
        """Whether the interval shares a point with [low, high]."""
        return self.low <= high and self.high >= low

    @property
    def relative_width(self) -> float:
        """(high - low) / |estimate|; infinite for an estimate of 0."""
        return (self.high - self.low) / abs(self.estimate) if self.estimate else float("inf")

    def as_dict(self) -> dict[str, float]:
        """Return the JSON form."""
        return {"estimate": self.estimate, "low": self.low, "high": self.high}


def median(samples: Sequence[float]) -> float:
    """Median; raises ValueError without samples."""
    if not samples:
        raise ValueError("no samples")
    return float(np.median(samples))


def quartiles(samples: Sequence[float]) -> tuple[float, float]:
    """First and third quartile, linear interpolation (numpy's default, Hyndman and Fan's type 7)."""
    if not samples:
        raise ValueError("no samples")
    low, high = np.quantile(np.asarray(samples, dtype=np.float64), [0.25, 0.75])
    return float(low), float(high)


def iqr(samples: Sequence[float]) -> float:
    """Interquartile range, Q3 - Q1."""
    low, high = quartiles(samples)
    return high - low


def percentile(samples: Sequence[float], q: float) -> float:
    """Nearest-rank percentile, 0 < q <= 100: the smallest sample that q % of all do not exceed."""
    if not samples:
        raise ValueError("no samples")
    if not 0 < q <= 100:
        raise ValueError("q lies in (0, 100]")
    ordered = sorted(samples)
    return float(ordered[max(0, int(np.ceil(q / 100 * len(ordered))) - 1)])


def median_interval(samples: Sequence[float]) -> Interval:
    """Bootstrap percentile interval (95 %) of the median (Efron and Tibshirani 1993, chapter 13).

    With fewer than MIN_SAMPLES the interval is the range of the samples; raises ValueError without samples.
    """
    return _bootstrap(np.asarray(samples, dtype=np.float64), np.median)


def mean_interval(samples: Sequence[float]) -> Interval:
    """Bootstrap percentile interval (95 %) of the mean."""
    return _bootstrap(np.asarray(samples, dtype=np.float64), np.mean)


def paired_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> Interval:
    """Median of the round-by-round ratios with its interval; both sequences come from the same rounds.

    Raises ValueError for unequal lengths or a denominator that is not positive.
    """
    if len(numerator) != len(denominator):
        raise ValueError("paired samples come from the same rounds")
    if any(value <= 0 for value in denominator):
        raise ValueError("a ratio needs positive denominators")
    return median_interval([a / b for a, b in zip(numerator, denominator, strict=True)])


def ratio_of_medians(numerator: Sequence[float], denominator: Sequence[float]) -> Interval:
    """Ratio of the two medians with its interval; rounds are resampled as a whole.

    For samples so short that a pause of the scheduler multiplies one of them: the median of paired ratios suffers when
    either side was hit, a ratio of medians only when half of one side was. Raises ValueError as ``paired_ratio`` does.
    """
    if len(numerator) != len(denominator):
        raise ValueError("paired samples come from the same rounds")
    if any(value <= 0 for value in denominator):
        raise ValueError("a ratio needs positive denominators")
    rows = np.asarray([numerator, denominator], dtype=np.float64)
    estimate = median(numerator) / median(denominator)
    if rows.shape[1] < MIN_SAMPLES:
        return paired_ratio(numerator, denominator)
    picks = _generator(rows).integers(0, rows.shape[1], size=(RESAMPLES, rows.shape[1]))
    above, below = np.median(rows[:, picks], axis=2)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(above / below, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high))


def paired_difference(minuend: Sequence[float], subtrahend: Sequence[float]) -> Interval:
    """Median of the round-by-round differences with its interval."""
    return median_interval([a - b for a, b in zip(minuend, subtrahend, strict=True)])


def linear_slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Least-squares slope of y over x; raises ValueError when all x are equal."""
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    spread = xs - xs.mean()
    if not np.any(spread):
        raise ValueError("a slope needs two different x")
    return float(spread @ (ys - ys.mean()) / (spread @ spread))


def log_log_slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Exponent p of y ~ x**p: the least-squares slope of log y over log x. One doubling multiplies y by 2**p."""
    return linear_slope([float(np.log(v)) for v in x], [float(np.log(v)) for v in y])


def slope_interval(
    x: Sequence[float],
    rounds: Sequence[Sequence[float]],
    slope: Callable[[Sequence[float], Sequence[float]], float] = linear_slope,
) -> Interval:
    """Median of the slopes of single rounds with its interval; each round holds one y for every x.

    Pairing within a round keeps a slow drift of the machine out of the slope.
    """
    return median_interval([slope(x, y) for y in rounds])


def _generator(values: Floats) -> np.random.Generator:
    # Seeded by the samples themselves: the same samples give the same interval, wherever a record is read again.
    return np.random.default_rng(zlib.crc32(np.ascontiguousarray(values).tobytes()))


def _bootstrap(values: Floats, statistic: Callable[..., Any]) -> Interval:
    if values.size == 0:
        raise ValueError("no samples")
    estimate = float(statistic(values))
    if values.size < MIN_SAMPLES:
        return Interval(estimate, float(values.min()), float(values.max()))
    picks = _generator(values).integers(0, values.size, size=(RESAMPLES, values.size))
    replicates = statistic(values[picks], axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high))
