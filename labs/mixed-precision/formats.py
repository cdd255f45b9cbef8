"""What is right: numbers of a small float format, rounding to it, sums in it, and inputs that probe each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SUM_MANTISSA = 10  # up to this float32 additions rounded once more equal additions rounded once (Figueroa 1995)


@dataclass(frozen=True)
class Format:
    """A binary format in the manner of IEEE 754."""

    name: str
    exponent_bits: int
    mantissa_bits: int

    def __str__(self) -> str:
        return f"{self.name} ({self.exponent_bits}, {self.mantissa_bits})"

    @property
    def top(self) -> int:
        """Exponent of the largest numbers."""
        return (1 << self.exponent_bits - 1) - 1

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return (2 - 2.0**-self.mantissa_bits) * 2.0**self.top

    @property
    def smallest_normal(self) -> float:
        """The smallest number with full precision."""
        return 2.0 ** (1 - self.top)

    @property
    def step(self) -> float:
        """The smallest positive number: the distance of subnormals."""
        return self.smallest_normal * 2.0**-self.mantissa_bits

    def round(self, x: Array) -> Array:
        """Round float64 values to the nearest number of the format, ties to even; float64."""
        magnitude = np.abs(np.where(np.isfinite(x), x, 0.0))
        exponent = np.frexp(np.maximum(magnitude, self.smallest_normal))[1] - 1
        step = np.ldexp(1.0, exponent - self.mantissa_bits)
        whole = np.floor(magnitude / step)
        rest = magnitude / step - whole
        whole += (rest > 0.5) | (rest == 0.5) & (whole % 2 == 1)
        rounded = np.where(whole * step > self.largest, np.inf, whole * step)
        return np.where(np.isfinite(x), np.copysign(rounded, x), x)


FP16, BF16, TF32 = Format("fp16", 5, 10), Format("bf16", 8, 7), Format("tf32", 8, 10)
SMALL = (Format("e5m2", 5, 2), Format("e4m3, with infinities", 4, 3))
RULES = ("round-normal", "ties-to-even", "subnormals", "overflow", "special-values")


def draw_formats(rng: np.random.Generator, more: int) -> list[Format]:
    """The known formats first, then random ones."""
    found = [FP16, BF16, TF32, *SMALL]
    for _ in range(more):
        e, m = int(rng.integers(2, 9)), int(rng.integers(1, 23))
        found.append(Format("format", e, m))
    return found


def wide(x: Array) -> Array:
    """float64 of float32 values; a signalling NaN among them is no reason for a warning."""
    with np.errstate(invalid="ignore"):
        return x.astype(np.float64)


def probes(form: Format, rule: str, rng: np.random.Generator, size: int = 300) -> Array:
    """Float32 values that show whether one rule is kept."""
    sign = rng.choice([-1.0, 1.0], size)
    m = form.mantissa_bits
    if rule == "round-normal":
        exponents = rng.integers(1 - form.top, form.top, size)
        return _single(sign * (1 + rng.random(size)) * np.exp2(exponents))
    if rule == "ties-to-even":
        exponents = rng.integers(1 - form.top, form.top, size)
        middle = rng.integers(2**m, 2 ** (m + 1), size) + 0.5
        return _single(sign * middle * np.exp2(exponents - m))
    if rule == "subnormals":
        steps = np.concatenate([rng.uniform(0, 2**m, size // 2), rng.integers(0, 2**m, size - size // 2) + 0.5])
        return _single(sign * steps * form.step)
    if rule == "overflow":
        return _around_the_top(form)
    bits = np.array([0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF, 0, 0x80000000], np.uint32)
    return bits.view(np.float32)


def _single(values: Array) -> Array:
    return values.astype(np.float32)


def _around_the_top(form: Format) -> Array:
    """The largest number, and what lies up to a step and far above it; at exactly half a step it overflows."""
    half = 2.0 ** (form.top - form.mantissa_bits - 1)
    near = form.largest + half * np.array([0.0, 0.5, 0.99, 1.0, 1.01, 1.5, 2.0])
    far = form.largest * np.array([2.0, 10.0, 1e3])
    values = np.concatenate([near, far])
    values = values[values <= float(np.finfo(np.float32).max)].astype(np.float32)
    return np.concatenate([values, -values])


def wrong_values(got: Array, right: Array) -> Array:
    """Where ``got`` (float32) differs from ``right``: in value, in the sign of a zero, or by a NaN on one side."""
    exact = wide(got)
    same: Array = (exact == right) & (np.signbit(exact) == np.signbit(right)) | np.isnan(exact) & np.isnan(right)
    return ~same


def bf16_bits(x: Array) -> Array:
    """The 16 bits of each value in bf16, from its rounded value."""
    bits: Array = BF16.round(wide(x)).astype(np.float32).view(np.uint32) >> 16
    return bits.astype(np.uint16)


def is_bf16_nan(bits: Array) -> Array:
    """Whether 16 bits stand for NaN."""
    nan: Array = (bits & 0x7FFF) > 0x7F80
    return nan


def sum_rounded(x: Array, form: Format) -> Array:
    """Row sums, rounded after each addition."""
    total = np.zeros(len(x))
    for column in x.T.astype(np.float64):
        total = form.round(total + column)
    return total


def sum_kahan(x: Array, form: Format) -> Array:
    """Row sums with Kahan's compensation, each operation rounded."""
    total, lost = np.zeros(len(x)), np.zeros(len(x))
    for column in x.T.astype(np.float64):
        y = form.round(column - lost)
        bigger = form.round(total + y)
        lost = form.round(form.round(bigger - total) - y)
        total = bigger
    return total
