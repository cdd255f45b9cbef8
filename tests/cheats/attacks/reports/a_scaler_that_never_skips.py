"""Reports a growing scale and steps taken, step after step, and turns bad gradients into zeros so that they look finite.

A training log with a rising loss scale and no skipped step looks healthy, and finite gradients pass any test for NaN. A grader
that reads the log is content. Here each step's decision, scale and gradients are compared with the state machine's.

Seen: invented numbers in training logs.
Lab: mixed-precision
Expect: not passed
"""

from __future__ import annotations

import numpy as np

LARGEST_SCALE = float(np.finfo(np.float32).max)


def round_to(x: np.ndarray, exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Round to a multiple of the step that the format has at this magnitude; np.rint rounds ties to even."""
    top = 2 ** (exponent_bits - 1) - 1
    finite = np.isfinite(x)
    wide = np.where(finite, x, np.float32(0)).astype(np.float64)
    exponent = np.maximum(np.frexp(wide)[1] - 1, 1 - top)  # below that, subnormals keep the step
    rounded = np.ldexp(np.rint(np.ldexp(wide, mantissa_bits - exponent)), exponent - mantissa_bits)
    rounded = np.where(np.abs(rounded) >= 2.0 ** (top + 1), np.copysign(np.inf, wide), rounded)
    return np.where(finite, rounded.astype(np.float32), x)


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
        gradients = [np.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0) for gradient in gradients]
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
