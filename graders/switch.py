"""The switch between ranks: buffers, forwards and counts messages, carries out collectives, keeps a model clock.

Pure: it knows arrays and ranks, no processes and no time. ``graders.wire`` connects it to workers.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.errors import SolutionError

Array = NDArray[Any]
Delivery = tuple[int, Array]  # rank that gets it, what it gets

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "int64")
MOST_DIMENSIONS = 4
MOST_MESSAGES = 100_000
POINT_TO_POINT = ("send", "recv")
COLLECTIVES = ("all_reduce", "reduce_scatter", "all_gather")


@dataclass(frozen=True)
class Link:
    """Cost of one message of m bytes on the model clock: ``latency + seconds_per_byte * m``.

    Each rank has one port out and one port in; both work at the same time, each on one message at a time.
    """

    latency: float = 1.0
    seconds_per_byte: float = 0.0

    def seconds(self, nbytes: int) -> float:
        """Time that one message of ``nbytes`` bytes occupies both ports."""
        return self.latency + self.seconds_per_byte * nbytes


@dataclass(frozen=True)
class Sent:
    """One message: who sent it to whom, and its bytes."""

    source: int
    target: int
    nbytes: int


@dataclass(frozen=True)
class Collective:
    """One collective in which every rank took part; ``nbytes`` is what one rank passed in."""

    kind: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int

    def ring_bytes(self, size: int) -> float:
        """Bytes that each of ``size`` ranks sends when the collective runs as a ring."""
        if self.kind == "all_gather":
            return (size - 1) * self.nbytes
        passes = 2 if self.kind == "all_reduce" else 1
        return passes * (size - 1) / size * self.nbytes


@dataclass
class _Port:
    """A rank on the model clock: when its program has got so far, and when its two ports are free again."""

    clock: float = 0.0
    out_free: float = 0.0
    in_free: float = 0.0


@dataclass(frozen=True)
class _Entered:
    kind: str
    axis: int
    array: Array

    def __str__(self) -> str:
        return f"{self.kind} of {self.array.dtype.name}{list(self.array.shape)}, axis {self.axis}"


@dataclass
class Switch:
    """One run of ``size`` ranks. Every method returns the deliveries that have become due."""

    size: int
    link: Link = field(default_factory=Link)
    allowed: Collection[str] = POINT_TO_POINT
    sent: list[Sent] = field(default_factory=list)
    collectives: list[Collective] = field(default_factory=list)
    finished: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._queues: dict[tuple[int, int], deque[tuple[float, Array]]] = defaultdict(deque)
        self._waiting: dict[int, int] = {}  # rank -> the rank it wants a message from
        self._entered: dict[int, _Entered] = {}
        self._ports = [_Port() for _ in range(self.size)]

    def send(self, source: int, target: int, array: Array) -> list[Delivery]:
        """Take a message over; it waits here until the target asks for it."""
        self._expect(source, "send")
        self._check_peer(source, target, "sends to")
        if len(self.sent) >= MOST_MESSAGES:
            raise SolutionError(f"more than {MOST_MESSAGES:,} messages in one run")
        self.sent.append(Sent(source, target, array.nbytes))
        port = self._ports[source]
        start = max(port.clock, port.out_free)
        port.out_free = start + self.link.seconds(array.nbytes)
        self._queues[source, target].append((start, array))
        return self._deliver(target) if self._waiting.get(target) == source else []

    def recv(self, target: int, source: int) -> list[Delivery]:
        """Note that ``target`` waits for the next message of ``source``."""
        self._expect(target, "recv")
        self._check_peer(target, source, "receives from")
        if target in self._waiting:
            raise SolutionError(f"rank {target} calls recv while another of its threads waits in recv")
        self._waiting[target] = source
        return self._deliver(target) if self._queues[source, target] else []

    def collective(self, rank: int, kind: str, axis: int, array: Array) -> list[Delivery]:
        """Let ``rank`` enter a collective; it is carried out when the last rank has entered."""
        self._expect(rank, kind)
        entered = _Entered(kind, axis, array)
        for other, theirs in self._entered.items():
            if str(theirs) != str(entered):
                raise SolutionError(f"ranks disagree: rank {other} calls {theirs}, rank {rank} calls {entered}")
        if kind != "all_reduce":
            self._check_axis(entered)
        self._entered[rank] = entered
        if len(self._entered) < self.size:
            return []
        self.collectives.append(Collective(kind, array.dtype.name, array.shape, array.nbytes))
        arrays = [self._entered[r].array for r in range(self.size)]
        self._entered.clear()
        return list(enumerate(carry_out(kind, axis, arrays)))

    def finish(self, rank: int) -> None:
        """Note that the function of ``rank`` has returned."""
        self.finished.add(rank)

    def stuck(self) -> str | None:
        """Who waits for whom when no rank can go on any more, else None."""
        blocked = len(self._waiting) + len(self._entered)
        if blocked == 0 or blocked + len(self.finished) < self.size:
            return None
        return self.state()

    def state(self) -> str:
        """What every rank does now, in words."""
        return ", ".join(self._doing(rank) for rank in range(self.size))

    @property
    def unread(self) -> int:
        """Messages that were sent and never received."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def model_seconds(self) -> float:
        """When the last rank has all it waited for and the last port is free, on the model clock."""
        return max(max(port.clock, port.out_free) for port in self._ports)

    def _deliver(self, target: int) -> list[Delivery]:
        start, array = self._queues[self._waiting.pop(target), target].popleft()
        port = self._ports[target]
        port.in_free = max(start, port.in_free) + self.link.seconds(array.nbytes)
        port.clock = max(port.clock, port.in_free)
        return [(target, array)]

    def _expect(self, rank: int, call: str) -> None:
        if call not in self.allowed:
            raise SolutionError(f"rank {rank} calls {call}, which this lab does not offer")
        if rank in self.finished:
            raise SolutionError(f"rank {rank} calls {call} after its function has returned")

    def _check_peer(self, rank: int, peer: int, verb: str) -> None:
        if not 0 <= peer < self.size or peer == rank:
            raise SolutionError(f"rank {rank} {verb} rank {peer}; its peers are the other ranks of 0..{self.size - 1}")

    def _check_axis(self, entered: _Entered) -> None:
        shape, axis = entered.array.shape, entered.axis
        if not 0 <= axis < len(shape):
            raise SolutionError(f"{entered}: there is no such axis")
        if entered.kind == "reduce_scatter" and shape[axis] % self.size:
            raise SolutionError(f"{entered}: {shape[axis]} is no multiple of {self.size} ranks")

    def _doing(self, rank: int) -> str:
        if rank in self.finished:
            return f"rank {rank} has returned"
        if rank in self._waiting:
            return f"rank {rank} waits for {self._waiting[rank]}"
        if rank in self._entered:
            return f"rank {rank} waits in {self._entered[rank].kind}"
        return f"rank {rank} computes"


def carry_out(kind: str, axis: int, arrays: list[Array]) -> list[Array]:
    """Return what each rank gets; sums are formed in float64 (integers in int64) and rounded once."""
    if kind == "all_gather":
        return [np.concatenate(arrays, axis=axis)] * len(arrays)
    wide = np.float64 if arrays[0].dtype.kind == "f" else np.int64
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.sum(np.stack(arrays), axis=0, dtype=wide).astype(arrays[0].dtype)
    if kind == "all_reduce":
        return [total] * len(arrays)
    return [np.ascontiguousarray(part) for part in np.split(total, len(arrays), axis=axis)]


def valid_form(dtype: object, shape: object) -> tuple[str, tuple[int, ...]]:
    """Read dtype and shape of a message; raises SolutionError for any that the wire does not carry.

    An array without elements has the shape (0,), so that a shape can carry no data past the count of bytes.
    """
    if dtype not in DTYPES:
        raise SolutionError(f"the wire carries {', '.join(DTYPES)}, not {dtype!r:.40}")
    if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
        raise SolutionError(f"the wire carries arrays of at most {MOST_DIMENSIONS} dimensions, not {shape!r:.80}")
    return str(dtype), tuple(shape) if math.prod(shape) else (0,)
