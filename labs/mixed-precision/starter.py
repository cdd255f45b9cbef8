"""Emulate small float formats, add in them, and keep float16 gradients alive with a loss scale.

A format has one sign bit, ``exponent_bits`` = e and ``mantissa_bits`` = m, in the manner of IEEE 754: with b = 2^(e-1) - 1 its
normal numbers are +-(1 + k / 2^m) * 2^E for E from 1 - b to b, its subnormals +-k / 2^m * 2^(1 - b), and it has signed
zeros, infinities and NaN. fp16 is (5, 10), bf16 (8, 7), the tf32 of tensor cores (8, 10).

This file runs, but it rounds nothing.
"""

from __future__ import annotations

import numpy as np


def round_to(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Return ``x`` (float32, any shape) rounded to the nearest number of the format, as float32.

    Write this for exponent_bits 2 to 8 and mantissa_bits 1 to 22: ties go to the neighbour whose last mantissa bit is 0;
    subnormals are kept; what rounds beyond the largest number becomes infinite; infinities, NaN and the sign of a zero
    (also of one that rounding makes) stay. No loop over the elements.
    """
    return x.copy()


def to_bf16_bits(x: np.ndarray) -> np.ndarray:
    """Return the 16 bits of ``x`` (float32, one-dimensional) in bf16 as uint16, rounded as above; NaN stays some NaN."""
    return np.zeros(x.shape, np.uint16)


def sum_rounded(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Return the sum of each row of ``x`` (float32 [rows, n], numbers of the format) as float32 [rows].

    Write this: from left to right, starting with 0, and the total is rounded to the format after every addition. Loop
    over the columns, not over the rows.
    """
    return np.zeros(len(x), np.float32)


def sum_kahan(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Return the same sums with Kahan's compensation; with r() the rounding to the format, for each value v:

    y = r(v - lost);  bigger = r(total + y);  lost = r(r(bigger - total) - y);  total = bigger
    """
    return np.zeros(len(x), np.float32)


class LossScaler:
    """The state behind mixed-precision training; ``scale`` is what the loss is multiplied with."""

    def __init__(self, scale: float, growth: float, backoff: float, interval: int) -> None:
        """Start with ``scale``; all are powers of two except ``interval``, a count of steps."""
        self.scale = scale

    def unscale(self, gradients: list[np.ndarray]) -> list[np.ndarray] | None:
        """Take the float16 gradients of loss * scale of one step; return float32 gradients of the loss, or None.

        Write this: if any value of any array is infinite or NaN, the step is skipped: multiply ``scale`` by ``backoff``,
        forget the good steps counted so far and return None. Else return the arrays in float32 divided by the scale that
        they were made with; every ``interval`` good steps in a row multiply ``scale`` by ``growth``, unless float32 could
        not hold the result (then it stays), and start counting anew.
        """
        return None


def weight_bytes(parameters: int, name: str) -> int:
    """Return the bytes of ``parameters`` weights in "fp32", "tf32", "fp16", "bf16" or "int8" (without scales)."""
    return 0


def training_bytes(parameters: int, mixed: bool) -> int:
    """Return the bytes of weights, gradients and optimizer state with Adam, whose two moments are float32.

    Plain: everything float32. Mixed: float16 weights and gradients, and a float32 master copy of the weights.
    """
    return 0
