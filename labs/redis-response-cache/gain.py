"""Compares what a replay took with what hit ratio and prices predict."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graders.statistics import CONFIDENCE, RESAMPLES, Interval

Seen = Sequence[tuple[float, bool]]  # (seconds, hit) of each request


@dataclass(frozen=True)
class Gain:
    """One trace: hit ratio, measured and predicted mean in seconds, and measured/predicted with its interval."""

    hit_ratio: float
    measured: float
    predicted: float
    ratio: Interval
    formula: str


def gain_at(seen: Seen, hit: Sequence[float], miss: Sequence[float]) -> Gain:
    """Compare the mean of a replay with h*t_hit + (1-h)*t_miss; h is the ledger's, the prices come from elsewhere.

    ``hit`` and ``miss`` are the prices in seconds. The interval is a bootstrap within hits and misses apart: their
    shares are known and must not be resampled.
    """
    rng = _generator([seconds for seconds, _ in seen], hit, miss)
    groups = {kind: [latency for latency, was in seen if was == kind] for kind in (True, False)}
    h = len(groups[True]) / len(seen)
    measured = h * _means(groups[True], rng) + (1 - h) * _means(groups[False], rng)
    predicted = h * _means(hit, rng) + (1 - h) * _means(miss, rng)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(measured / predicted, [tail, 1 - tail])
    mean = sum(latency for latency, _ in seen) / len(seen)
    t_hit, t_miss = float(np.mean(hit)), float(np.mean(miss))
    expected = h * t_hit + (1 - h) * t_miss
    formula = f"{h:.3f}*{t_hit * 1e3:.3g} + {1 - h:.3f}*{t_miss * 1e3:.3g} = {expected * 1e3:.3g} ms"
    return Gain(h, mean, expected, Interval(mean / expected, float(low), float(high)), formula)


def _generator(*samples: Sequence[float]) -> np.random.Generator:
    """Seeded by the samples themselves: the same samples give the same interval, wherever a record is read again."""
    return np.random.default_rng(
        zlib.crc32(np.concatenate([np.asarray(each, np.float64) for each in samples]).tobytes())
    )


def _means(samples: Sequence[float], rng: np.random.Generator) -> NDArray[np.float64]:
    """Bootstrap replicates of the mean; 0 without samples, whose weight is 0 too."""
    if not samples:
        return np.zeros(RESAMPLES)
    values = np.asarray(samples, dtype=np.float64)
    picks = rng.integers(0, len(values), size=(RESAMPLES, len(values)))
    return np.asarray(values[picks].mean(axis=1))
