"""Write the calibration of an INT8 layer: which range the 255 levels cover, and the arithmetic on them.

Symmetric quantization: q = round(x / scale), clipped to -127..127, and x is about q * scale; scale = threshold / 127.
All inputs are numpy arrays; a histogram counts |x| in equal bins from 0 on: bin i covers i * bin_width to (i + 1) * bin_width.

This file runs, but every threshold is wrong.
"""

from __future__ import annotations

import numpy as np


def histogram(x: np.ndarray, bins: int) -> tuple[np.ndarray, float]:
    """Return (counts int64 [bins], bin_width) of |x|, float32 of any shape, between 0 and the largest |x| (which falls into
    the last bin)."""
    return np.zeros(bins, np.int64), 1.0


def minmax_threshold(counts: np.ndarray, bin_width: float) -> float:
    """Return the upper edge of the last bin that is not empty."""
    return bin_width


def percentile_threshold(counts: np.ndarray, bin_width: float, percent: float) -> float:
    """Return the upper edge of the first bin up to which (itself included) at least ``percent`` % of all values lie."""
    return bin_width


def entropy_threshold(counts: np.ndarray, bin_width: float, levels: int = 128) -> float:
    """Return the threshold kept * bin_width whose quantized histogram diverges least from the original.

    Write this, for each ``kept`` from ``levels`` to len(counts):
      P: counts[:kept], with everything above added to its last bin;
      Q: counts[:kept] (without that addition) in ``levels`` groups, bin j in group j * levels // kept; each group's sum is
         spread evenly over those of its bins that were not empty, empty ones stay 0;
      KL(P || Q) = sum of p log(p / q) over the bins with p > 0, both normalised to a sum of 1; infinite if some q is 0 there.
    The smallest divergence wins, the smaller ``kept`` in a tie.
    """
    return bin_width


def weight_scales(w: np.ndarray, per_channel: bool) -> np.ndarray:
    """Return float32 scales of ``w`` [out, in] so that its largest magnitude becomes 127: [out, 1], one for each output
    channel, or [1, 1] for the whole tensor. An all-zero channel gets the scale 1."""
    return np.ones((len(w) if per_channel else 1, 1), np.float32)


def quantize(x: np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    """Return int8 in the shape of ``x`` (float32): x / scale rounded to the nearest integer, ties to even, clipped to
    -127..127. ``scale`` is a number or broadcasts against ``x``."""
    return np.zeros(x.shape, np.int8)


def accumulate(xq: np.ndarray, wq: np.ndarray) -> np.ndarray:
    """Return int32 [n, out], the exact sums of products of int8 ``xq`` [n, in] and ``wq`` [out, in]."""
    return np.zeros((len(xq), len(wq)), np.int32)


def quantized_bytes(outputs: int, inputs: int, per_channel: bool) -> int:
    """Return the bytes of an int8 weight [outputs, inputs] together with its float32 scales."""
    return 0
