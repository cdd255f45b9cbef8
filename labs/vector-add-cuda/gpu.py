"""Times the kernel on a GPU: bursts of launches on slices that lie there, interleaved with the referee's own kernel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
from launches import GUARD, INSIDE_GUARD, ROUNDING
from numpy.typing import NDArray

from graders.arena import Slot
from graders.checks import compare
from graders.context import Context
from graders.measurement import interleave, swap_at_random
from graders.process import Worker

CALL_SECONDS = 30.0
SLICES = 16
ELEMENTS = 1 << 22  # of one slice, about: 48 MB move in one launch
FLOAT_BYTES = 4
THREADS = 256
MOVED = 3 * FLOAT_BYTES  # bytes for each element: two loads and one store


@dataclass
class Bench:
    """Workers by role with their slices; all have the same a and b."""

    context: Context
    workers: dict[str, Worker]
    n: int
    a: NDArray[np.float32]
    b: NDArray[np.float32]
    trips: dict[str, float]
    out: dict[str, Slot]
    wrong: list[dict[str, Any]] = field(default_factory=list)
    outputs: int = 0
    outside: int = 0

    def launches(self, role: str) -> float:
        """Seconds of one launch, from a burst on slices in an order drawn anew; the learner's outputs are checked."""
        worker, rng = self.workers[role], self.context.rng
        count = int(rng.integers(SLICES - 4, SLICES + 1))
        triples = [[int(place) for place in row] for row in np.stack([rng.permutation(SLICES) for _ in "abc"], axis=1)]
        timeout = self.context.within(CALL_SECONDS)
        worker.call("poison", timeout=timeout)
        reply = worker.call(
            "timed",
            timeout=timeout,
            launches=triples[:count],
            guard=GUARD,
            n=self.n,
            blocks=-(-self.n // THREADS),
            threads=THREADS,
        )
        if role == "solution":
            self._check(worker, triples[:count])
        return max(reply.seconds - self.trips[role], 1e-7) / count

    def _check(self, worker: Worker, triples: list[list[int]]) -> None:
        worker.arena.poison(self.out["solution"])
        worker.call("download", timeout=self.context.within(CALL_SECONDS), c=self.out["solution"].describe())
        rows = worker.arena.view(self.out["solution"]).copy()
        inside = slice(GUARD, GUARD + self.n)
        for at_a, at_b, at_c in triples:
            right = self.a[at_a, inside].astype(np.float64) + self.b[at_b, inside]
            found = compare(f"n = {self.n:,} on the GPU", rows[at_c, inside], right, relative=ROUNDING, absolute=0.0)
            edges = np.concatenate([rows[at_c, :GUARD], rows[at_c, GUARD + self.n :]])
            self.outside += int((~np.isnan(edges)).sum())
            self.outputs += 1
            if not found.worst <= 1:
                self.wrong.append(found.as_dict())


def run_gpu(context: Context, workers: dict[str, Worker]) -> dict[str, Any]:
    """Return seconds of one launch by role, bytes of one launch, and what was wrong."""
    bench = _prepare(context, workers)
    before = context.scheduling(list(workers.values()))
    arms = {role: partial(bench.launches, role) for role in workers}

    def after_round(done: int, total: int) -> None:
        copies = swap_at_random((bench.workers["baseline"], bench.workers["control"]), context.rng)
        bench.workers["baseline"], bench.workers["control"] = copies
        context.progress(done, total, "rounds of launches")

    least, most, seconds = (9, 25, 8.0) if context.quick else (30, 100, 60.0)
    rounds = interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        broken=lambda: bool(bench.wrong or bench.outside),
        after_round=after_round,
    )
    return {
        "n": bench.n,
        "bytes": MOVED * bench.n,
        "working_set": MOVED * bench.n * SLICES,
        "seconds": rounds.samples,
        "outputs": bench.outputs,
        "wrong": len(bench.wrong),
        "example": bench.wrong[0]["case"] if bench.wrong else "",
        "outside": bench.outside,
        "scheduling": asdict(context.scheduling(list(workers.values())) - before),
        "ceilings": context.ceilings().as_dict(),
    }


def arena_bytes() -> int:
    """Room for a, b and c of one worker, and for what the other phases need."""
    return 3 * SLICES * (ELEMENTS + 4096 + 2 * GUARD) * FLOAT_BYTES + (256 << 20)


def _prepare(context: Context, workers: dict[str, Worker]) -> Bench:
    n = ELEMENTS + 2 * int(context.rng.integers(0, 2048)) + 1
    shape = (SLICES, n + 2 * GUARD)
    a, b = (context.rng.random(shape, dtype=np.float32) for _ in range(2))
    for array in (a, b):
        array[:, :GUARD] = array[:, GUARD + n :] = INSIDE_GUARD
    out: dict[str, Slot] = {}
    for role, worker in workers.items():
        slots = {"a": worker.arena.store(a).describe(), "b": worker.arena.store(b).describe()}
        worker.call("upload", timeout=context.within(CALL_SECONDS), **slots)
        out[role] = worker.arena.place("float32", shape)
    trips = {role: worker.round_trip() for role, worker in workers.items()}
    return Bench(context, dict(workers), n, a, b, trips, out)
