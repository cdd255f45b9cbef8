"""Launches of the twin on the SIMT machine and of the CUDA source, with what must come out of both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.checks import compare
from graders.context import Context
from graders.process import Worker
from graders.simt import SECTOR_BYTES, Launch
from graders.simt.machine import Floats
from graders.simt.wire import Kernels

CALL_SECONDS = 20.0
GUARD = 1024  # elements before and behind each array
INSIDE_GUARD = np.float32(-3.0e33)
ROUNDING = 6e-8  # a little more than 2^-24, the error of one float32 addition
SIZES = (0, 1, 31, 33)
LARGE = {"twin": 4 * 1024, "cuda": 1_000_007}
FLOAT_BYTES = 4


def grids(n: int) -> Iterator[tuple[str, int, int]]:
    """Yield kind, blocks and threads: one thread for each element, then far more, then far fewer."""
    yield "one each", max(1, -(-n // 256)), 256
    yield "more threads", -(-n // 64) + 5, 64
    yield "fewer threads", 1, 32
    if n > 64:
        yield "fewer threads", 3, 96
        yield "fewer threads", 2, 33


def sizes(rng: np.random.Generator, large: int) -> list[int]:
    """Sizes that anybody may prepare for, one that nobody can, and a large one."""
    return [*SIZES, int(rng.integers(100, 3_000)), large]


def run_twin(context: Context, kernels: Kernels) -> list[dict[str, Any]]:
    """Trace and execute the twin at every size and grid."""
    found = []
    for n in sizes(context.rng, LARGE["twin"]):
        for kind, blocks, threads in grids(n):
            a, b, c = _values(context.rng, n), _values(context.rng, n), np.full(n, np.nan, np.float32)
            launch = Launch((blocks, 1), (threads, 1))
            report = kernels.launch("vector_add", launch, (a, b, c, n), timeout=context.within(CALL_SECONDS))
            shape = _shape(n, blocks, threads)
            compared = compare(shape, c, a.astype(np.float64) + b, relative=ROUNDING, absolute=0.0)
            found.append(
                {
                    "kernel": "vector_add",
                    "shape": shape,
                    "kind": kind,
                    "n": n,
                    # Whole warps on whole sectors: nothing can move each byte less than once.
                    "least_sectors": 3 * n * FLOAT_BYTES // SECTOR_BYTES if n % 8 == 0 and threads % 32 == 0 else None,
                    "comparison": compared.as_dict(),
                    "report": report.as_dict(),
                }
            )
        context.progress(n, LARGE["twin"], "the twin")
    return found


def run_cuda(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """Launch the built CUDA source at every size and grid."""
    found = []
    for n in sizes(context.rng, LARGE["cuda"]):
        for kind, blocks, threads in grids(n):
            found.append({"kind": kind, **_launch(context, worker, n, blocks, threads)})
        context.progress(n, LARGE["cuda"], "the CUDA source")
    return found


def guarded(values: Floats) -> Floats:
    """The values with GUARD elements before and behind them."""
    edge = np.full(GUARD, INSIDE_GUARD, np.float32)
    return np.concatenate([edge, values, edge])


def touched(whole: Floats) -> int:
    """Guard elements of c that were written."""
    edges = np.concatenate([whole[:GUARD], whole[len(whole) - GUARD :]])
    return int((edges != INSIDE_GUARD).sum())


def _launch(context: Context, worker: Worker, n: int, blocks: int, threads: int) -> dict[str, Any]:
    mark = worker.arena.mark()
    a, b = _values(context.rng, n), _values(context.rng, n)
    slots = {"a": worker.arena.store(guarded(a)), "b": worker.arena.store(guarded(b))}
    slots["c"] = worker.arena.store(guarded(np.full(n, np.nan, np.float32)))
    described = {name: slot.describe() for name, slot in slots.items()}
    timeout = context.within(CALL_SECONDS)
    worker.call("launch", timeout=timeout, guard=GUARD, n=n, blocks=blocks, threads=threads, **described)
    whole = worker.arena.view(slots["c"]).copy()
    worker.arena.reset(mark)
    shape = _shape(n, blocks, threads)
    compared = compare(shape, whole[GUARD : GUARD + n], a.astype(np.float64) + b, relative=ROUNDING, absolute=0.0)
    return {"shape": shape, "n": n, "comparison": compared.as_dict(), "outside": touched(whole)}


def _shape(n: int, blocks: int, threads: int) -> str:
    return f"n = {n:,}, {blocks:,} blocks of {threads}"


def _values(rng: np.random.Generator, length: int) -> NDArray[np.float32]:
    scale = np.float32(10.0 ** rng.uniform(-3, 3))
    values: NDArray[np.float32] = rng.standard_normal(length, dtype=np.float32) * scale
    return values
