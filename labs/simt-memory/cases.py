"""The launches of this lab: shapes drawn anew, inputs, what must come out, and the fewest sectors that can do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from graders.checks import Comparison, compare
from graders.simt import SECTOR_BYTES, Launch
from graders.simt.machine import Floats

KERNELS = ("matrix_add", "transpose", "aos_to_soa", "block_sum")
BLOCK = 256  # threads of the one-dimensional launches
FLOAT_BYTES = 4
ROUNDING = 2.0**-24  # relative error of one float32 operation
Size = Literal["tiny", "ragged", "whole"]


@dataclass(frozen=True)
class Case:
    """One launch. ``arguments`` are what the kernel gets after the thread; ``right`` what each output must hold.

    ``budget`` is the absolute error allowed; ``least_sectors`` touches every byte once, or None where edges are ragged.
    """

    kernel: str
    shape: str
    launch: Launch
    arguments: tuple[Floats | int, ...]
    outputs: tuple[int, ...]
    right: tuple[NDArray[np.float64], ...]
    budget: float
    least_sectors: int | None

    def compare(self) -> Comparison:
        """The worst of the outputs against what is right."""
        found = []
        for place, right in zip(self.outputs, self.right, strict=True):
            output = self.arguments[place]
            assert not isinstance(output, int)
            found.append(compare(f"{self.kernel}, {self.shape}", output, right, relative=1e-6, absolute=self.budget))
        return max(found, key=lambda each: each.worst)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield every kernel at a tiny, a ragged and a whole size, small ones first."""
    sizes: tuple[Size, ...] = ("tiny", "ragged", "whole")
    for size in sizes:
        rows, cols = _side(rng, size), _side(rng, size)
        length = {"tiny": 1, "ragged": BLOCK * int(rng.integers(2, 5)) + _odd(rng), "whole": BLOCK * 8}[size]
        summed = {"tiny": 1, "ragged": 14_000 + 2 * int(rng.integers(0, 1_000)) + 1, "whole": BLOCK * 64}[size]
        yield _matrix_add(rng, rows, cols, size)
        yield _transpose(rng, rows, cols, size)
        yield _aos_to_soa(rng, length, size)
        yield _block_sum(rng, summed, size)


def _side(rng: np.random.Generator, size: Size) -> int:
    if size == "tiny":
        return 1
    return 32 * int(rng.integers(2, 4)) + (_odd(rng) if size == "ragged" else 0)


def _odd(rng: np.random.Generator) -> int:
    return 2 * int(rng.integers(0, 16)) + 1


def _values(rng: np.random.Generator, length: int) -> Floats:
    scale = 10.0 ** rng.uniform(-3, 3)
    values: Floats = (scale * (1.0 + rng.random(length))).astype(np.float32)
    return values


def _poisoned(length: int) -> Floats:
    return np.full(length, np.nan, np.float32)


def _least(floats: int, size: Size) -> int | None:
    return floats * FLOAT_BYTES // SECTOR_BYTES if size == "whole" else None


def _matrix_add(rng: np.random.Generator, rows: int, cols: int, size: Size) -> Case:
    a, b = _values(rng, rows * cols), _values(rng, rows * cols)
    right = a.astype(np.float64) + b
    launch = Launch((-(-cols // 32), -(-rows // 8)), (32, 8))
    arguments = (a, b, _poisoned(rows * cols), rows, cols)
    return Case("matrix_add", f"{rows} x {cols}", launch, arguments, (2,), (right,), 0.0, _least(3 * rows * cols, size))


def _transpose(rng: np.random.Generator, rows: int, cols: int, size: Size) -> Case:
    a = _values(rng, rows * cols)
    right = a.reshape(rows, cols).T.ravel().astype(np.float64)
    launch = Launch((-(-cols // 32), -(-rows // 32)), (32, 8))
    arguments = (a, _poisoned(rows * cols), rows, cols)
    return Case("transpose", f"{rows} x {cols}", launch, arguments, (1,), (right,), 0.0, _least(2 * rows * cols, size))


def _aos_to_soa(rng: np.random.Generator, n: int, size: Size) -> Case:
    points = _values(rng, 3 * n)
    right = tuple(points.astype(np.float64).reshape(n, 3).T)
    arguments = (points, _poisoned(n), _poisoned(n), _poisoned(n), n)
    launch = Launch((-(-n // BLOCK), 1), (BLOCK, 1))
    return Case("aos_to_soa", f"{n} points", launch, arguments, (1, 2, 3), right, 0.0, _least(6 * n, size))


def _block_sum(rng: np.random.Generator, n: int, size: Size) -> Case:
    x = _values(rng, n)
    exact = np.array([x.sum(dtype=np.float64)])
    # Each term passes ceil(n / 256) + 8 additions; a different order passes more, a missing term costs over 1/n.
    budget = min(0.2, (n / BLOCK + 40) * ROUNDING * n) * float(exact[0]) / n
    least = n * FLOAT_BYTES // SECTOR_BYTES + 1 if size == "whole" else None
    return Case(
        "block_sum", f"{n} floats", Launch((1, 1), (BLOCK, 1)), (x, _poisoned(1), n), (1,), (exact,), budget, least
    )
