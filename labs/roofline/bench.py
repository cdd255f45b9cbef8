"""The referee's bench: fresh inputs for every call, poisoned outputs, every output checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.checks import Comparison, compare
from graders.context import Context
from graders.process import Worker

Array = NDArray[Any]
EPS = 2.0**-23  # float32
CALL_SECONDS = 30.0
CHECKED = 20_000  # random elements of each timed output; small outputs are checked whole
LEAST, MOST = 6_000_000, 24_000_000  # float32 elements on a CPU, by the size of its last cache
ON_CUDA = 64_000_000
CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index3/size")


@dataclass(frozen=True)
class Sizes:
    """Elements of x, y and out; of the array that is gathered from; of the index."""

    elements: int
    source: int
    picked: int

    @property
    def arena_bytes(self) -> int:
        """What one worker's arena has to hold: x, y, out, source, the int64 index, and small things."""
        return 4 * (3 * self.elements + self.source) + 8 * self.picked + (1 << 20)


def choose_sizes(device: str, rng: np.random.Generator) -> Sizes:
    """Sizes well past the last cache, odd and random."""
    base = ON_CUDA if device.startswith("cuda") else min(MOST, max(LEAST, _last_cache() // 4))
    odd = [2 * int(n) + 1 for n in rng.integers(1, 5000, 3)]
    return Sizes(base + odd[0], 2 * base + odd[1], base // 4 + odd[2])


def horner(coefficients: Array, x: Array) -> tuple[Array, Array]:
    """Value in float64, and the error that float32 may make: 2 d roundings, here doubled (Higham 2002, section 5.1)."""
    value, size = np.zeros(x.shape), np.zeros(x.shape)
    for c in coefficients[::-1].astype(np.float64):
        value, size = value * x + c, size * np.abs(x) + abs(c)
    return value, 2 * len(coefficients) * EPS * size


@dataclass
class Bench:
    """``found`` holds the comparisons of the solution's outputs, by kernel."""

    context: Context
    sizes: Sizes
    workers: dict[str, Worker]
    found: dict[str, list[Comparison]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng, sizes = self.context.rng, self.sizes
        self.pool = rng.random(sizes.elements + (1 << 16), dtype=np.float32) * 2 - 1
        self.source = rng.standard_normal(sizes.source, dtype=np.float32)
        self.slots = {name: self._place(worker) for name, worker in self.workers.items()}
        self.trips = {name: worker.round_trip() for name, worker in self.workers.items()}

    def copy(self, who: str, n: int | None = None) -> float:
        """Copy n fresh elements; returns seconds."""
        x = self._fresh(who, "x", n or self.sizes.elements)
        where = self._positions(len(x))
        right = x[where].astype(np.float64)
        seconds = self._run(who, "copy", {"x": len(x)}, len(x))
        self._check(who, "copy", f"n = {len(x):,}", where, right, len(x))
        return seconds

    def gather(self, who: str, *, shuffled: bool, m: int | None = None) -> float:
        """Gather m elements in order or at random; returns seconds."""
        rng, m, size = self.context.rng, m or self.sizes.picked, self.sizes.source
        index = rng.integers(0, size, m) if shuffled else np.arange(m) + int(rng.integers(0, size - m))
        self._view(who, "index", m)[...] = index
        where = self._positions(m)
        seconds = self._run(who, "gather", {"index": m}, m)
        case = f"{m:,} {'random' if shuffled else 'neighbouring'} elements of {size:,}"
        self._check(who, "gather", case, where, self.source[index[where]].astype(np.float64), m)
        return seconds

    def saxpy(self, who: str, n: int | None = None, scale: float = 1.0) -> float:
        """alpha x + y over n fresh elements; returns seconds."""
        n, alpha = n or self.sizes.elements, float(np.float32(self.context.rng.uniform(-2, 2)))
        x, y = self._fresh(who, "x", n, scale), self._fresh(who, "y", n, scale)
        where = self._positions(n)
        product, added = alpha * x[where].astype(np.float64), y[where].astype(np.float64)
        seconds = self._run(who, "saxpy", {"x": n, "y": n}, n, alpha=alpha)
        budget = 2 * EPS * (np.abs(product) + np.abs(added))
        self._check(who, "saxpy", f"n = {n:,}, scale {scale:g}", where, product + added, n, budget)
        return seconds

    def polynomial(self, who: str, degree: int, n: int | None = None, scale: float = 1.0) -> float:
        """A polynomial of this degree with fresh coefficients over n fresh elements; returns seconds."""
        x = self._fresh(who, "x", n or self.sizes.elements)
        coefficients = (scale * self.context.rng.standard_normal(degree + 1)).astype(np.float32)
        self._view(who, "coefficients", degree + 1)[...] = coefficients
        where = self._positions(len(x))
        right, budget = horner(coefficients, x[where].astype(np.float64))
        seconds = self._run(who, "polynomial", {"x": len(x), "coefficients": degree + 1}, len(x))
        case = f"degree {degree}, n = {len(x):,}, scale {scale:g}"
        self._check(who, "polynomial", case, where, right, len(x), budget)
        return seconds

    def formula(self, name: str, cases: list[list[Any]]) -> list[float]:
        """The solution's answers, one for each case."""
        worker, slot = self.workers["solution"], self._slot("solution", "answers", len(cases))
        worker.arena.poison(slot)
        worker.call("formula", timeout=self.context.within(CALL_SECONDS), name=name, cases=cases, out=slot.describe())
        return [float(value) for value in worker.arena.view(slot)]

    def wrong(self) -> bool:
        """Whether any output so far was."""
        return any(not each.worst <= 1 for found in self.found.values() for each in found)

    def _place(self, worker: Worker) -> dict[str, Slot]:
        n, arena = self.sizes.elements, worker.arena
        slots = {"source": arena.store(self.source), "index": arena.place("int64", (self.sizes.picked,))}
        slots |= {name: arena.place("float32", (n,)) for name in ("x", "y", "out")}
        slots |= {"coefficients": arena.place("float32", (256,)), "answers": arena.place("float64", (1024,))}
        tensors = {"source": slots["source"].describe()}
        worker.call("load", timeout=self.context.within(CALL_SECONDS), tensors=tensors)
        return slots

    def _slot(self, who: str, name: str, count: int) -> Slot:
        whole = self.slots[who][name]
        return Slot(whole.offset, whole.dtype, (count,))

    def _view(self, who: str, name: str, count: int) -> Array:
        return self.workers[who].arena.view(self._slot(who, name, count))

    def _fresh(self, who: str, name: str, n: int, scale: float = 1.0) -> Array:
        """Write values that the solution has not seen: a random window of the pool times a random factor."""
        rng, view = self.context.rng, self._view(who, name, n)
        start = int(rng.integers(0, len(self.pool) - n + 1))
        np.multiply(self.pool[start : start + n], np.float32(scale * rng.uniform(0.5, 1.0)), out=view)
        return view

    def _positions(self, count: int) -> Array:
        """Elements that will be looked at: all of a small output, the ends and random ones of a large one."""
        if count <= 2 * CHECKED:
            return np.arange(count)
        return np.concatenate([[0, count - 1], self.context.rng.integers(0, count, CHECKED)])

    def _run(self, who: str, kernel: str, inputs: Mapping[str, int], count: int, **fields: Any) -> float:
        worker, out = self.workers[who], self._slot(who, "out", count)
        worker.arena.poison(out)  # last, so that nothing can be prepared in its place
        tensors = {name: self._slot(who, name, size).describe() for name, size in inputs.items()}
        worker.call("load", timeout=self.context.within(CALL_SECONDS), tensors={**tensors, "out": out.describe()})
        reply = worker.call("run", timeout=self.context.within(CALL_SECONDS), kernel=kernel, **fields)
        if self.context.device.startswith("cuda"):  # on a CPU a second request would give late work time to arrive
            worker.call("fetch", timeout=self.context.within(CALL_SECONDS), tensors={"out": out.describe()})
        # Shorter than the empty round trip cannot be told apart from it.
        return max(reply.seconds - self.trips[who], 0.1 * self.trips[who])

    def _check(
        self, who: str, kernel: str, case: str, where: Array, right: Array, count: int, budget: Array | float = 0.0
    ) -> None:
        if who != "solution":
            return
        got = self._view(who, "out", count)[where]
        self.found.setdefault(kernel, []).append(compare(case, got, right, relative=0.0, absolute=budget))


def _last_cache() -> int:
    """Bytes of the last-level cache, 32 MiB where the kernel does not say."""
    try:
        return int(CACHE.read_text().strip().removesuffix("K")) << 10
    except (OSError, ValueError):
        return 32 << 20
