"""The GPU half: launches of the two kernels on the SIMT machine, with what is right and how many loads that takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders import answers
from graders.checks import compare
from graders.context import Context
from graders.errors import SolutionError
from graders.process import Worker
from graders.simt import Launch
from graders.simt.machine import Floats
from graders.simt.wire import Kernels

CALL_SECONDS = 20.0
KERNELS = ("gemm_naive", "gemm_tiled")
NAIVE_BLOCK = 16
TILES = (8, 16)
ROUNDING = 2.0**-24
RANDOM_SHAPES = 20


@dataclass(frozen=True)
class Product:
    """One launch: sizes of c = a @ b, tile (1 is the naive kernel), and whether the sizes are multiples of it."""

    m: int
    n: int
    k: int
    tile: int
    whole: bool

    @property
    def kernel(self) -> str:
        """The function that is launched."""
        return "gemm_naive" if self.tile == 1 else "gemm_tiled"

    @property
    def launch(self) -> Launch:
        """One thread for each output."""
        side = NAIVE_BLOCK if self.tile == 1 else self.tile
        return Launch((-(-self.n // side), -(-self.m // side)), (side, side))

    @property
    def shape(self) -> str:
        """In words."""
        return f"({self.m} x {self.k}) @ ({self.k} x {self.n})" + (f", T = {self.tile}" if self.tile > 1 else "")


def loads(m: int, n: int, k: int, tile: int) -> int:
    """Every element of a is loaded once for each column of tiles, every element of b once for each row of tiles."""
    return m * k * -(-n // tile) + k * n * -(-m // tile)


def products(rng: np.random.Generator) -> Iterator[Product]:
    """Yield the smallest product first, then ragged ones, then whole ones."""
    for tile in (1, *TILES):
        yield Product(1, 1, 1, tile, whole=False)
    for tile in (1, *TILES):
        m, n, k = (2 * int(rng.integers(9, 16)) + 1 for _ in range(3))
        yield Product(m, n, k, tile, whole=False)
    for tile in (1, *TILES):
        m, n, k = (16 * int(rng.integers(1, 3)) for _ in range(3))
        yield Product(m, n, 32 if tile > 1 else k, tile, whole=True)


def run_products(context: Context, kernels: Kernels) -> list[dict[str, Any]]:
    """Launch everything once; the arrays are the referee's and new."""
    found = []
    rounds = 1 if context.quick else 4
    for product in [each for _ in range(rounds) for each in products(context.rng)]:
        scale = 10.0 ** context.rng.uniform(-2, 2)
        a, b = (_normal(context.rng, length, scale) for length in (product.m * product.k, product.k * product.n))
        c = np.full(product.m * product.n, np.nan, np.float32)
        arguments = (a, b, c, product.m, product.n, product.k)
        report = kernels.launch(product.kernel, product.launch, arguments, timeout=context.within(CALL_SECONDS))
        left, right = a.astype(np.float64).reshape(product.m, -1), b.astype(np.float64).reshape(product.k, -1)
        budget = 4 * ROUNDING * product.k * scale * scale * np.sqrt(product.k)
        compared = compare(
            f"{product.kernel}, {product.shape}", c, (left @ right).ravel(), relative=1e-6, absolute=budget
        )
        found.append(
            {
                "kernel": product.kernel,
                "shape": product.shape,
                "tile": product.tile,
                "whole": product.whole,
                "flops": 2 * product.m * product.n * product.k,
                "loads": loads(product.m, product.n, product.k, product.tile),
                "comparison": compared.as_dict(),
                "report": report.as_dict(),
            }
        )
        context.progress(len(found), 9 * rounds, product.kernel)
    return found


def ask_loads(context: Context, worker: Worker) -> list[list[Any]]:
    """Shape, the learner's number of loads and the right one."""
    shapes = [[64, 64, 64, 1], [64, 64, 64, 16]]
    for _ in range(RANDOM_SHAPES):
        sizes = [int(each) for each in context.rng.integers(1, 3_000, size=3)]
        shapes.append([*sizes, int(context.rng.choice([1, 8, 16, 32, 64]))])
    body = worker.call("global_loads", timeout=context.within(CALL_SECONDS), shapes=shapes).body
    given = answers.integers(body, "loads")
    if len(given) != len(shapes):
        raise SolutionError("global_loads was not answered for every shape")
    return [[shape, answer, loads(*shape)] for shape, answer in zip(shapes, given, strict=True)]


def _normal(rng: np.random.Generator, length: int, scale: float) -> Floats:
    values: Floats = (scale * rng.standard_normal(length)).astype(np.float32)
    return values
