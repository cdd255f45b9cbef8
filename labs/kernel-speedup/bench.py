"""The timed part: fills one worker's inputs, lets it go, and checks every element that came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import truth
from cases import POOL, Large
from numpy.typing import NDArray

from graders.arena import Slot
from graders.checks import Comparison
from graders.context import Context
from graders.measurement import swap_at_random
from graders.process import Worker

GO_SECONDS = 20.0
# Calls behind one go. They share x and residual, so on a CPU, where one call is long enough, there is only one: two in
# one pass would move 16 bytes an element, not 24. On a GPU one call takes some 50 us.
CPU_CALLS, CUDA_CALLS = (1, 1), (16, 24)
LATE_SAMPLES = 4096
INPUTS = ("x", "residual", "scales", "biases")


@dataclass
class Station:
    """One worker with its places in the arena and its empty round trip (s)."""

    worker: Worker
    slots: dict[str, Slot]
    outs: list[Slot]
    round_trip: float


@dataclass
class Timing:
    """All workers, the inputs of the round, and what came out of the solution."""

    context: Context
    large: Large
    stations: dict[str, Station]
    compared: list[Comparison] = field(default_factory=list)
    late: int = 0
    spoilt: int = 0  # large inputs that were not what they had been
    plan: list[list[int]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def next_round(self) -> None:
        """New inputs, a new number of calls, and a new draw of which copy is the baseline."""
        rng = self.context.rng
        self.large.refresh()
        low, high = CUDA_CALLS if self.cuda else CPU_CALLS
        self.plan = self.large.calls(int(rng.integers(low, high + 1)))
        self.counts.append(len(self.plan))
        copies = swap_at_random((self.stations["baseline"], self.stations["control"]), rng)
        self.stations["baseline"], self.stations["control"] = copies

    @property
    def cuda(self) -> bool:
        """Whether the workers compute on a GPU."""
        return self.context.device.startswith("cuda")

    def seconds(self, name: str) -> float:
        """Seconds of one call of this worker's kernel on the round's inputs."""
        station = self.stations[name]
        self._fill(station)
        reply = station.worker.call("go", timeout=self.context.within(GO_SECONDS), calls=self.plan)
        if name == "solution":
            self._check(station)
        return (reply.seconds - station.round_trip) / len(self.plan)

    def copy_seconds(self) -> float:
        """Seconds of copying x once, in the referee's own worker; reads and writes 8 bytes for each element."""
        station = self.stations["baseline"]
        self._fill(station)
        count = len(self.plan)
        reply = station.worker.call("copy", timeout=self.context.within(GO_SECONDS), count=count)
        return (reply.seconds - station.round_trip) / count

    def _fill(self, station: Station) -> None:
        """Write inputs and poison; the arms of a round get the same, in the same order, so their caches are alike."""
        arena = station.worker.arena
        for name in INPUTS:
            arena.view(station.slots[name])[...] = getattr(self.large, name)
        for slot in station.outs:
            arena.poison(slot)
        outs = [station.outs[0 if self.cuda else out].describe() for _, _, out in self.plan]
        told = {name: slot.describe() for name, slot in station.slots.items()}
        station.worker.call("load", timeout=self.context.within(GO_SECONDS), outs=outs, **told)

    def _check(self, station: Station) -> None:
        """Look for poison, and on a CPU for changed inputs, then compare every element."""
        arena, large = station.worker.arena, self.large
        if not self.cuda:
            some = self.context.rng.integers(0, large.x.size, LATE_SAMPLES)
            self.late += sum(bool(np.isnan(arena.view(slot).reshape(-1)[some]).any()) for slot in self._used(station))
            self.spoilt += sum(not _equal(arena.view(station.slots[name]), getattr(large, name)) for name in INPUTS)
        for number, (scale, bias, out) in enumerate(self.plan):
            slot = station.outs[0 if self.cuda else out]
            if self.cuda:  # on a CPU the output is there already, and a request would give late work time
                arena.poison(slot)
                told: dict[str, Any] = {"slot": slot.describe(), "out": out}
                station.worker.call("fetch", timeout=self.context.within(GO_SECONDS), **told)
            words = f"call {number + 1} of {len(self.plan)}, {large.rows}x{large.columns}, round {len(self.counts)}"
            values = (large.x, large.scales[scale], large.biases[bias], large.residual)
            self.compared.append(truth.verify(words, arena.view(slot), *values))

    def _used(self, station: Station) -> list[Slot]:
        return [station.outs[out] for _, _, out in self.plan]

    @property
    def broken(self) -> bool:
        """Whether an output was wrong or late, which no further round can mend."""
        return bool(self.late or self.spoilt) or any(not each.worst <= 1 for each in self.compared[-CUDA_CALLS[1] :])


def _equal(left: NDArray[Any], right: NDArray[Any]) -> bool:
    """The same bits."""
    return bool(np.array_equal(left.view(np.uint32), right.view(np.uint32)))


def prepare(context: Context, workers: dict[str, Worker]) -> Timing:
    """Reserve the large places in every arena."""
    large = Large(context.rng)
    shape = large.x.shape
    stations = {}
    for name, worker in workers.items():
        arena = worker.arena
        slots = {each: arena.place("float32", shape) for each in ("x", "residual")}
        slots |= {each: arena.place("float32", (POOL, large.columns)) for each in ("scales", "biases")}
        outs = [arena.place("float32", shape) for _ in range(CPU_CALLS[1])]
        stations[name] = Station(worker, slots, outs, worker.round_trip())
    return Timing(context, large, stations)
