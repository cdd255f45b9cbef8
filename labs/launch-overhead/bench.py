"""The referee's bench: captures, replays on fresh inputs, and checks what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from program import Array, Program, run_program

from graders.arena import Slot
from graders.checks import Comparison, compare
from graders.context import Context
from graders.process import Worker

CALL_SECONDS = 20.0
PLACES = 1 << 21  # floats of all inputs, and as many of all outputs, of one request
CHECKED = 4_000  # random elements of each request's outputs; small ones are checked whole
LINKED, MANTISSA = 256, np.uint32(0x007FFFFF)  # as in driver.py: an output changes these bits of the next input
ARENA_BYTES = 2 * 4 * PLACES + (1 << 16)


@dataclass
class Bench:
    """``first`` holds the solution's first replay of each capture, ``later`` all others; ``touched`` changed inputs."""

    context: Context
    workers: dict[str, Worker]
    first: list[Comparison] = field(default_factory=list)
    later: list[Comparison] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    calls: int = 0
    programs: dict[str, tuple[Program, int]] = field(default_factory=dict)
    capture_seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = self.context.rng.standard_normal(PLACES + (1 << 16), dtype=np.float32)
        self.trips = {name: worker.round_trip() for name, worker in self.workers.items()}
        self.slots = {
            name: (worker.arena.place("float32", (PLACES,)), worker.arena.place("float32", (PLACES,)))
            for name, worker in self.workers.items()
        }

    def capture(self, who: str, key: str, program: Program, size: int) -> None:
        """Let a worker capture a program."""
        self.programs[key] = program, size
        reply = self.workers[who].call(
            "capture", timeout=self.context.within(CALL_SECONDS), key=key, program=program, size=size
        )
        if who == "solution":
            self.capture_seconds[key] = reply.seconds

    def replay(self, who: str, key: str, times: int, *, first: bool = False) -> float:
        """Replay on ``times`` fresh inputs behind one request; returns the seconds of one replay."""
        worker, (program, size) = self.workers[who], self.programs[key]
        slot_x, slot_out = (Slot(slot.offset, slot.dtype, (times, size)) for slot in self.slots[who])
        xs = worker.arena.view(slot_x)
        start = int(self.context.rng.integers(0, len(self.pool) - xs.size + 1))
        factor = np.float32(self.context.rng.uniform(0.5, 1.5))
        np.multiply(self.pool[start : start + xs.size].reshape(xs.shape), factor, out=xs)
        where = self._positions(xs.size)
        given = xs.reshape(-1)[where].copy()
        worker.arena.poison(slot_out)
        timeout = self.context.within(CALL_SECONDS)
        worker.call("load", timeout=timeout, xs=slot_x.describe(), outs=slot_out.describe())
        reply = worker.call("run", timeout=timeout, key=key)
        if who == "solution":
            case = f"{len(program)} operations on {size} elements, replay {'1' if first else f'of {times}'}"
            self._check(case, program, given, (xs, worker.arena.view(slot_out)), where, first)
        return max(reply.seconds - self.trips[who], 0.1 * self.trips[who]) / times

    def broken(self) -> bool:
        """Whether anything so far was wrong."""
        return bool(self.touched) or any(not each.worst <= 1 for each in (*self.first, *self.later))

    def _positions(self, count: int) -> Array:
        if count <= CHECKED:
            return np.arange(count)
        return np.concatenate([[0, count - 1], self.context.rng.integers(0, count, CHECKED)])

    def _check(
        self, case: str, program: Program, given: Array, after: tuple[Array, Array], where: Array, first: bool
    ) -> None:
        """Compare with the program run on the inputs as they were, and see whether they still are."""
        self.calls += 1
        given = _linked(given, after[1], where)
        xs, outs = (each.reshape(-1)[where] for each in after)
        if not np.array_equal(xs.view(np.uint32), given.view(np.uint32)):
            self.touched.append(case)
        right, budget = run_program(program, given)
        found = compare(case, outs, right, relative=0.0, absolute=budget)
        (self.first if first else self.later).append(found)

    def as_samples(self) -> dict[str, Any]:
        """What the judge needs to know about outputs and captures."""
        return {
            "first": [each.as_dict() for each in self.first],
            "later": [each.as_dict() for each in self.later],
            "touched": self.touched,
            "calls": self.calls,
            "capture_s": self.capture_seconds,
        }


def _linked(fresh: Array, outs: Array, where: Array) -> Array:
    """The inputs at ``where`` as the replays met them: each output but the last changed the input behind it."""
    size = outs.shape[1]
    row, column = np.divmod(where, size)
    behind = (row > 0) & (column < LINKED)
    bits = fresh.view(np.uint32).copy()
    bits[behind] ^= outs.reshape(-1).view(np.uint32)[where[behind] - size] & MANTISSA
    return bits.view(np.float32)
