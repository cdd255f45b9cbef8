"""Draws histograms, activations and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from truth import clear_percent

Array = NDArray[Any]
LAWS = ("normal", "laplace")
HEAVY = "student"  # its own tail holds outliers: shown, not graded
OUTLIERS = 3  # in each calibration set of the study with outliers
EDGE = 0.05  # of a bin: no value lies nearer to an edge, where rounding could decide


def draw(law: str, size: int, rng: np.random.Generator) -> Array:
    """Activations of unit scale: light tails, heavier, heaviest (5 degrees of freedom)."""
    if law == "normal":
        return rng.standard_normal(size)
    return rng.laplace(size=size) if law == "laplace" else rng.standard_t(5, size)


def with_outliers(x: Array, rng: np.random.Generator) -> Array:
    """A copy in which a few values are 40 to 60 standard deviations large."""
    spoilt = x.copy()
    spoilt[:OUTLIERS] = rng.uniform(40, 60, OUTLIERS) * rng.choice([-1, 1], OUTLIERS) * x.std()
    return spoilt


def given_histograms(rng: np.random.Generator, more: int) -> list[dict[str, Any]]:
    """A tiny one, one with the usual 2048 bins and 128 levels, and random ones; each with percentile and levels."""
    tiny = {"counts": np.array([4, 0, 3, 2, 0, 1, 0, 0]), "bin_width": 0.5, "percent": 85.0, "levels": 2}
    found = [tiny, _histogram(rng, 2048, 128, 200_000)]
    for _ in range(more):
        levels = int(rng.integers(8, 65))
        found.append(_histogram(rng, levels * int(rng.integers(2, 7)) + int(rng.integers(levels)), levels, 20_000))
    return found


def _histogram(rng: np.random.Generator, bins: int, levels: int, values: int) -> dict[str, Any]:
    """Laplace counts whose tail is thin and ends in outliers and empty bins."""
    x = np.abs(rng.laplace(size=values))
    width = 1.3 * float(x.max()) / bins
    counts = np.bincount((x / width).astype(np.int64), minlength=bins)[:bins].astype(np.int64)
    counts[int(bins * 0.8) : int(bins * 0.95)] = rng.random(int(bins * 0.95) - int(bins * 0.8)) < 0.02
    percent = float(rng.uniform(90, 99.99))
    while not clear_percent(counts, percent):
        percent = float(rng.uniform(90, 99.99))
    return {"counts": counts, "bin_width": width, "percent": percent, "levels": levels}


def values_for_bins(rng: np.random.Generator, bins: int, size: int) -> tuple[Array, Array, float]:
    """Float32 values, their counts in ``bins`` bins, and the bin width; the largest magnitude belongs to a negative."""
    width = float(np.float32(10.0 ** rng.uniform(-3, 2)))
    index = np.minimum((rng.exponential(bins / 8, size)).astype(np.int64), bins - 1)
    x = ((index + rng.uniform(EDGE, 1 - EDGE, size)) * width * rng.choice([-1, 1], size)).astype(np.float32)
    x[0], index[0] = np.float32(-bins * width), bins - 1
    return x, np.bincount(index, minlength=bins), abs(float(x[0])) / bins


def weights(rng: np.random.Generator, outputs: int, inputs: int) -> Array:
    """Weights whose channels differ in scale by up to 100, as after folding a batch norm; extremes of either sign."""
    scale = 10.0 ** rng.uniform(-2, 0, (outputs, 1))
    w = (scale * rng.standard_normal((outputs, inputs))).astype(np.float32)
    w[0, 0] = -1.5 * np.abs(w).max()  # the largest of all is negative
    return w
