"""The CPU half: correctness of the C function at many sizes, and its time beside the three loops of the definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.checks import compare
from graders.context import Context
from graders.measurement import Rounds, interleave, swap_at_random
from graders.process import Worker

CALL_SECONDS = 20.0
ROUNDING = 2.0**-24
SMALL = (1, 2, 31, 64, 100)
SLOPE_SIZES = (160, 256)


@dataclass
class Bench:
    """Workers by role; what every call has shown so far. ``size`` is the n at which time is graded."""

    context: Context
    workers: dict[str, Worker]
    size: int
    trips: dict[str, float]
    wrong: bool = False
    comparisons: list[dict[str, Any]] = field(default_factory=list)

    def multiply(self, role: str, n: int, calls: int = 1) -> float:
        """Seconds of one call on fresh matrices; every product is checked."""
        worker, context = self.workers[role], self.context
        mark = worker.arena.mark()
        scale = 10.0 ** context.rng.uniform(-2, 2)
        slots = [self._matrices(worker, n, scale) for _ in range(calls)]
        described = [[slot.describe() for slot in row] for row in slots]
        reply = worker.call("multiply", timeout=context.within(CALL_SECONDS), n=n, calls=described)
        outputs = [worker.arena.view(row[2]).copy() for row in slots]
        for row, output in zip(slots, outputs, strict=True):
            a, b = (worker.arena.view(slot).astype(np.float64) for slot in row[:2])
            # Rounding errors of n sums of size sqrt(n) * scale**2 grow with n at most.
            budget = ROUNDING * scale * scale * max(8.0, n**1.5)
            found = compare(f"gemm in C, n = {n}", output, a @ b, relative=1e-6, absolute=budget)
            if role == "solution":
                self.comparisons.append(found.as_dict())
                self.wrong |= not found.worst <= 1
        worker.arena.reset(mark)
        return max(reply.seconds - self.trips[role], 1e-7) / calls

    def _matrices(self, worker: Worker, n: int, scale: float) -> list[Slot]:
        a, b = (self._normal(n, scale) for _ in range(2))
        out = worker.arena.place("float32", (n, n))
        worker.arena.poison(out)
        return [worker.arena.store(a), worker.arena.store(b), out]

    def _normal(self, n: int, scale: float) -> NDArray[np.float32]:
        values: NDArray[np.float32] = self.context.rng.standard_normal((n, n), dtype=np.float32) * np.float32(scale)
        return values


def prepare(context: Context, workers: dict[str, Worker]) -> Bench:
    """Compile in every worker and draw the size that is timed."""
    for worker in workers.values():
        worker.call("build", timeout=context.within(CALL_SECONDS))
    trips = {role: worker.round_trip() for role, worker in workers.items()}
    return Bench(context, workers, int(context.rng.integers(360, 432)), trips)


def check_small(bench: Bench) -> None:
    """Small and odd sizes first; the first wrong product ends it."""
    drawn = [int(each) for each in bench.context.rng.integers(3, 150, size=4)]
    for n in (*SMALL, *sorted(drawn)):
        bench.multiply("solution", n)
        if bench.wrong:
            return


def measure(bench: Bench) -> Rounds:
    """Interleaved calls of the solution and two copies of the three loops."""
    context = bench.context
    arms = {role: partial(bench.multiply, role, bench.size) for role in ("solution", "baseline", "control")}
    for size in SLOPE_SIZES:
        arms[f"naive {size}"] = partial(bench.multiply, "baseline", size, max(1, (bench.size // size) ** 3 // 4))

    def after_round(done: int, total: int) -> None:
        copies = swap_at_random((bench.workers["baseline"], bench.workers["control"]), context.rng)
        bench.workers["baseline"], bench.workers["control"] = copies
        context.progress(done, total, "rounds of blocked and naive")

    least, most, seconds = (7, 15, 6.0) if context.quick else (20, 60, 60.0)
    return interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        broken=lambda: bench.wrong,
        after_round=after_round,
    )
