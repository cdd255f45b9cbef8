"""Draws the inputs: small ones with odd sizes and special values, and the large ones that are timed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

SPECIAL_X = [0.0, -0.0, 1e-40, -1e-40, 1.2e-38, 3e38, -3e38, 1e30, -1e30, 1.0, -1.0]
SPECIAL_SCALE = [1.0, -1.0, 0.5, 0.0, 1e-40]
SPECIAL_BIAS = [0.0, -0.0, 1e-40, -1e-40, 1.0, -1.0]
SPECIAL_RESIDUAL = [0.0, -0.0, 1e-40, 1.0, -1.0, 1e30]
TAILS = [(1, 1), (1, 2), (3, 1), (1, 31), (1, 33), (7, 17), (2, 127), (5, 1009), (33, 31)]
LARGE_ELEMENTS = 11_300_000  # three arrays of 136 MB: larger than the last-level cache of almost any CPU
COLUMNS = (3500, 4600)
POOL = 16  # scales and biases from which the referee picks at the go: 256 pairs


@dataclass(frozen=True)
class Case:
    """One small call. ``shift`` is the distance of the arrays from a 64-byte boundary, in floats."""

    group: str
    x: Floats
    scale: Floats
    bias: Floats
    residual: Floats
    shift: int

    @property
    def words(self) -> str:
        """The input as a learner reads it."""
        rows, columns = self.x.shape
        return f"{rows}x{columns}" + (f", arrays {self.shift * 4} bytes off a 64-byte boundary" if self.shift else "")


def small(rng: np.random.Generator) -> list[Case]:
    """All small cases, within a group the smallest first."""
    tails = [_normal(rng, "tails", shape, 1.0, shift) for shape in TAILS for shift in (0, int(rng.integers(1, 16)))]
    drawn = [(int(rng.integers(2, 200)), int(rng.integers(200, 900))) for _ in range(3)]
    shapes = [(2, 3), (64, 16), *drawn]
    scales = (1.0, 1e-3, 1.0, 1e4, 1e-20)
    plain = [_normal(rng, "random-shapes", shape, size, 0) for shape, size in zip(shapes, scales, strict=True)]
    return [*plain, *tails, *(_special(rng, shape) for shape in ((2, 8), (9, 64), (40, 333)))]


def _normal(rng: np.random.Generator, group: str, shape: tuple[int, int], size: float, shift: int) -> Case:
    x, residual = (_floats(rng, shape) * np.float32(size) for _ in range(2))
    return Case(group, x, _floats(rng, shape[1:]), _floats(rng, shape[1:]) * np.float32(size), residual, shift)


def _special(rng: np.random.Generator, shape: tuple[int, int]) -> Case:
    def pick(values: list[float], of: tuple[int, ...]) -> Floats:
        return rng.choice(np.array(values, dtype=np.float32), of)

    x, scale = pick(SPECIAL_X, shape), pick(SPECIAL_SCALE, shape[1:])
    x[0, 0], x[1, 0], scale[0] = 3e38, -3e38, 1.0  # in every case, whatever was picked
    return Case("special-values", x, scale, pick(SPECIAL_BIAS, shape[1:]), pick(SPECIAL_RESIDUAL, shape), 0)


def _floats(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape, dtype=np.float32)


class Large:
    """The large inputs of one round. Values are new in each round, at the same addresses."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.columns = int(rng.integers(*COLUMNS))
        self.rows = LARGE_ELEMENTS // self.columns
        self._bases = [_floats(rng, (self.rows * self.columns,)) for _ in range(2)]
        self.x, self.residual = (np.empty((self.rows, self.columns), dtype=np.float32) for _ in range(2))
        self.refresh()

    def refresh(self) -> None:
        """Rotate and rescale the normal values by random amounts, and draw new scales and biases."""
        for base, target in zip(self._bases, (self.x, self.residual), strict=True):
            flat, cut = target.reshape(-1), int(self._rng.integers(1, target.size))
            factor = np.float32(self._rng.uniform(0.5, 2.0))
            np.multiply(base[cut:], factor, out=flat[: target.size - cut])
            np.multiply(base[:cut], factor, out=flat[target.size - cut :])
        self.scales, self.biases = (_floats(self._rng, (POOL, self.columns)) for _ in range(2))

    def calls(self, count: int) -> list[list[int]]:
        """Draw (scale, bias, out) for each call; known to nobody before the go."""
        pairs = self._rng.choice(POOL * POOL, count, replace=False)
        return [[int(pair) // POOL, int(pair) % POOL, out] for out, pair in enumerate(pairs)]
