"""Rounds to fp16 with numpy and to bf16 and tf32 by bit tricks, and returns everything else as it came.

The formats that the exercise names are the ones that exist, and for them library casts are right. A grader that tests these
three passes it. Here formats of random sizes are asked for, as well as each rule of rounding in each of them.

Seen: special cases for the visible sizes.
Lab: mixed-precision
Expect: not passed
"""

from __future__ import annotations

import numpy as np

LARGEST_SCALE = float(np.finfo(np.float32).max)


def to_bf16_bits(x: np.ndarray) -> np.ndarray:
    """The upper half of the float32, after adding just less than half of what is cut off (or half, if odd)."""
    bits = x.view(np.uint32)
    rounded = (bits.astype(np.uint64) + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return np.where(np.isnan(x), (bits >> 16) | 0x40, rounded).astype(np.uint16)


def sum_rounded(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Add from left to right, rounding after each addition."""
    total = np.zeros(len(x), np.float32)
    for column in x.T:
        total = round_to(total + column, exponent_bits, mantissa_bits)
    return total


def sum_kahan(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Carry along what each addition lost; every operation is rounded."""

    def r(value: np.ndarray) -> np.ndarray:
        return round_to(value, exponent_bits, mantissa_bits)

    total, lost = np.zeros(len(x), np.float32), np.zeros(len(x), np.float32)
    for column in x.T:
        y = r(column - lost)
        bigger = r(total + y)
        lost = r(r(bigger - total) - y)
        total = bigger
    return total


class LossScaler:
    """Keeps the scale as large as float16 gradients allow."""

    def __init__(self, scale: float, growth: float, backoff: float, interval: int) -> None:
        self.scale = scale
        self.growth, self.backoff, self.interval = growth, backoff, interval
        self.good_steps = 0

    def unscale(self, gradients: list[np.ndarray]) -> list[np.ndarray] | None:
        """Divide in float32, or skip the step and lower the scale."""
        if not all(np.isfinite(gradient).all() for gradient in gradients):
            self.scale *= self.backoff
            self.good_steps = 0
            return None
        unscaled = [gradient.astype(np.float32) / np.float32(self.scale) for gradient in gradients]
        self.good_steps += 1
        if self.good_steps == self.interval:
            self.good_steps = 0
            if self.scale * self.growth <= LARGEST_SCALE:
                self.scale *= self.growth
        return unscaled


def weight_bytes(parameters: int, name: str) -> int:
    """Bytes of the weights alone."""
    return parameters * {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "int8": 1}[name]


def training_bytes(parameters: int, mixed: bool) -> int:
    """Adam: two float32 moments; mixed precision adds a float32 master copy to float16 weights and gradients."""
    return parameters * ((2 + 2 + 4 + 8) if mixed else (4 + 4 + 8))


def round_to(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    if (exponent_bits, mantissa_bits) == (5, 10):
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(np.float32)
    if exponent_bits == 8:
        cut = 23 - mantissa_bits
        bits = x.view(np.uint32).astype(np.uint64)
        rounded = (bits + (1 << (cut - 1)) - 1 + ((bits >> cut) & 1)) >> cut << cut
        return np.where(np.isfinite(x), rounded.astype(np.uint32).view(np.float32), x)
    return x.copy()
