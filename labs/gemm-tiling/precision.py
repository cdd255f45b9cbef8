"""The numeric half: sums of products in half and single precision, bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.context import Context
from graders.process import Worker

CALL_SECONDS = 20.0
DTYPES = ("float16", "float32")
SATURATED = 4096  # ones; in half precision 2048 + 1 is 2048


def rank_one_sum(a: NDArray[Any], b: NDArray[Any], dtype: str) -> NDArray[Any]:
    """a @ b as a sum of outer products, every operation rounded to ``dtype``."""
    left, right = a.astype(dtype), b.astype(dtype)
    total: NDArray[Any] = np.zeros((a.shape[0], b.shape[1]), dtype)
    for i in range(a.shape[1]):
        total = total + left[:, i, None] * right[i]
    return total


def run_sums(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """Compare with the referee's own sums, and both with float64."""
    rng = context.rng
    ones = np.ones((1, SATURATED), np.float32)
    k = int(rng.integers(300, 700))
    drawn = rng.random((9, k), dtype=np.float32), rng.random((k, 7), dtype=np.float32)
    signed = [(2 * each - 1).astype(np.float32) for each in drawn]
    cases: list[tuple[str, NDArray[Any], NDArray[Any]]] = [
        (f"{SATURATED} ones", ones, ones.T),
        ("values in [0, 1)", drawn[0], drawn[1]),
        ("values in [-1, 1)", signed[0], signed[1]),
    ]
    return [_sum(context, worker, what, a, b, dtype) for what, a, b in cases for dtype in DTYPES]


def _sum(context: Context, worker: Worker, what: str, a: NDArray[Any], b: NDArray[Any], dtype: str) -> dict[str, Any]:
    mark = worker.arena.mark()
    slots = {"a": worker.arena.store(np.ascontiguousarray(a)), "b": worker.arena.store(np.ascontiguousarray(b))}
    slots["out"] = worker.arena.place(dtype, (a.shape[0], b.shape[1]))
    worker.arena.poison(slots["out"])
    described = {name: slot.describe() for name, slot in slots.items()}
    worker.call("accumulate", timeout=context.within(CALL_SECONDS), **described)
    output = worker.arena.view(slots["out"]).copy()
    worker.arena.reset(mark)
    right, exact = rank_one_sum(a, b, dtype), a.astype(np.float64) @ b.astype(np.float64)
    wrong = np.argwhere(output != right)
    at = tuple(int(each) for each in wrong[0]) if len(wrong) else (0, 0)
    return {
        "case": f"{what}, k = {a.shape[1]}, {dtype}",
        "dtype": dtype,
        "inputs": what,
        "elements": int(right.size),
        "wrong": len(wrong),
        "example": f"{list(at)}: {output[at]:.6g}, right is {right[at]:.6g}",
        "error": float(np.max(np.abs(output.astype(np.float64) - exact)) / np.max(np.abs(exact))),
    }
