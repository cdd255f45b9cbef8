"""What is right: thresholds, scales, integers and errors, computed in the referee."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LARGEST = 127


def minmax_bins(counts: Array) -> int:
    """Bins below the MinMax threshold."""
    return int(np.flatnonzero(counts)[-1]) + 1


def percentile_bins(counts: Array, percent: float) -> int:
    """Bins below the percentile threshold."""
    return int(np.searchsorted(np.cumsum(counts), percent / 100 * counts.sum())) + 1


def clear_percent(counts: Array, percent: float) -> bool:
    """Whether no cumulative count lies so near to the percentile that rounding could decide."""
    target = percent / 100 * counts.sum()
    return bool((np.abs(np.cumsum(counts) - target) > 1e-6 * counts.sum()).all())


def divergence(counts: Array, kept: int, levels: int) -> float:
    """KL divergence of the histogram cut after ``kept`` bins and quantized to ``levels`` (Migacz 2017)."""
    wide = counts.astype(np.float64)
    p, q = wide[:kept].copy(), np.zeros(kept)
    p[-1] += wide[kept:].sum()
    group = np.arange(kept) * levels // kept
    used = wide[:kept] > 0
    mass, members = np.bincount(group, wide[:kept], levels), np.bincount(group, used, levels)
    q[used] = mass[group[used]] / members[group[used]]
    there = p > 0
    if not q[there].all():
        return float("inf")
    p, q = p[there] / p.sum(), q[there] / q.sum()
    return float(np.sum(p * np.log(p / q)))


def entropy_bins(counts: Array, levels: int) -> dict[int, float]:
    """Divergence of every cut, by the number of bins kept."""
    return {kept: divergence(counts, kept, levels) for kept in range(levels, len(counts) + 1)}


def bins_of(threshold: float, bin_width: float) -> float:
    """The threshold in bins: a whole number when it is one within rounding."""
    bins = threshold / bin_width
    return round(bins) if abs(bins - round(bins)) < 1e-6 * max(1.0, bins) else bins


def chosen_entropy_bins(found: dict[int, float], bins: float) -> tuple[float, int]:
    """The learner's cut and the right one; a cut whose divergence equals the least within rounding is right too."""
    right = min(found, key=lambda kept: (found[kept], kept))
    least = found[right]
    if bins in found and found[int(bins)] <= least * (1 + 1e-9) + 1e-12:
        return right, right
    return bins, right


def weight_scales(w: Array, per_channel: bool) -> Array:
    """Symmetric scales in float64."""
    largest = np.abs(w.astype(np.float64)).max(axis=1 if per_channel else (0, 1), keepdims=True)
    return np.where(largest > 0, largest / LARGEST, 1.0)


def quantize(x: Array, scale: float | Array) -> Array:
    """Integers -127..127 as float64, ties to even."""
    return np.clip(np.rint(x.astype(np.float64) / scale), -LARGEST, LARGEST)


def far_from_ties(x: Array, scale: float | Array) -> Array:
    """``x`` with those values moved to the middle of their step that float32 could round either way."""
    steps = x.astype(np.float64) / scale
    near = np.abs(np.abs(steps - np.floor(steps)) - 0.5) < 1e-2
    moved: Array = np.where(near, np.floor(steps) * scale, x).astype(np.float32)
    return moved


def clipped_error(x: Array, threshold: float) -> float:
    """Mean squared error of quantizing ``x`` to the range that ends at ``threshold``."""
    scale = threshold / LARGEST
    return float(np.mean((quantize(x, scale) * scale - x) ** 2))


def output_error(x: Array, w: Array, wq: Array, scales: Array) -> float:
    """Mean over the output channels of |x (w' - w)| / |x w|, where w' is what the integers stand for."""
    wide = w.astype(np.float64)
    right = x.astype(np.float64) @ wide.T
    wrong = x.astype(np.float64) @ (wq.astype(np.float64) * scales - wide).T
    return float(np.mean(np.linalg.norm(wrong, axis=0) / np.linalg.norm(right, axis=0)))
