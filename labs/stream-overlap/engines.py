"""The device: three engines that take their time, and a memory in which careless programs corrupt their data.

Every engine works off its queue in the order of issue, as a GPU's copy engine does, so the end of an operation is known
when it is issued. Pure: times come in as numbers (seconds on the referee's clock).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STAGES = ("copy_in", "compute", "copy_out")
TORN = (-1, 0)  # what is left of data that two operations used at once
Content = tuple[int, int]  # chunk, and how often it was computed


@dataclass(frozen=True)
class Operation:
    """One operation as the device ran it; ``blocked`` when its copy came from pageable memory."""

    stage: str
    buffer: int
    chunk: int
    start: float
    end: float
    blocked: bool = False

    def overlaps(self, other: Operation) -> bool:
        """Whether both ran at the same time."""
        return self.start < other.end and other.start < self.end


@dataclass
class Engines:
    """Takes commands with their time of issue; ``seconds`` is how long each stage takes."""

    seconds: Mapping[str, float]
    done: list[Operation] = field(default_factory=list)
    pinned: bool = False
    _free: dict[str, float] = field(default_factory=dict)  # by engine
    _streams: dict[int, float] = field(default_factory=dict)  # when the stream may start its next operation
    _events: dict[int, float] = field(default_factory=dict)
    _host: float = 0.0  # before this time the host was blocked, whatever it pretends

    def issue(self, at: float, stage: str, stream: int, buffer: int, chunk: int) -> Operation:
        """Queue one operation."""
        at = max(at, self._host)
        start = max(at, self._free.get(stage, 0.0), self._streams.get(stream, 0.0))
        end = start + self.seconds[stage]
        blocked = stage != "compute" and not self.pinned
        self._free[stage] = self._streams[stream] = end
        self._host = end if blocked else at
        operation = Operation(stage, buffer, chunk, start, end, blocked)
        self.done.append(operation)
        return operation

    def record(self, at: float, stream: int, event: int) -> None:
        """Mark the point at which the stream is now."""
        self._events[event] = max(at, self._streams.get(stream, 0.0))

    def wait(self, stream: int, event: int) -> None:
        """Later operations of the stream start after the event; one that was never recorded holds nothing back."""
        self._streams[stream] = max(self._streams.get(stream, 0.0), self._events.get(event, 0.0))

    def end_of_stream(self, stream: int) -> float:
        """When everything that was issued to the stream is done."""
        return self._streams.get(stream, 0.0)

    def end_of_event(self, event: int) -> float:
        """When the stream has come to the event."""
        return self._events.get(event, 0.0)

    def end(self) -> float:
        """When everything is done."""
        return max((operation.end for operation in self.done), default=0.0)


@dataclass(frozen=True)
class Found:
    """What the data say after a run: conflicts and wrong results in words, the earliest first."""

    conflicts: list[str]
    wrong: list[str]


def replay(operations: Sequence[Operation], chunks: int) -> Found:
    """Follow the data through a run: what each chunk's result holds, and which operations used a buffer at once.

    An operation reads when it starts and writes when it ends; two at the same time on one buffer tear what they hold.
    """
    torn, conflicts = _conflicts(operations)
    memory: dict[int, Content] = {}
    results: dict[int, Content] = {}
    read: dict[int, Content] = {}
    moments = [(op.start, 1, i) for i, op in enumerate(operations)] + [
        (op.end, 0, i) for i, op in enumerate(operations)
    ]
    for _, starts, i in sorted(moments):
        op = operations[i]
        if starts:
            read[i] = (op.chunk, 0) if op.stage == "copy_in" else memory.get(op.buffer, TORN)
            continue
        chunk, times = TORN if i in torn else read[i]
        if op.stage == "copy_out":
            results[op.chunk] = (chunk, times)
        else:
            memory[op.buffer] = (chunk, times + 1) if op.stage == "compute" and chunk >= 0 else (chunk, times)
    return Found(conflicts, [_words(i, results.get(i)) for i in range(chunks) if results.get(i) != (i, 1)])


def _conflicts(operations: Sequence[Operation]) -> tuple[set[int], list[str]]:
    torn: set[int] = set()
    found = []
    order = sorted(range(len(operations)), key=lambda i: (operations[i].start, operations[i].end))
    for place, i in enumerate(order):
        for j in order[place + 1 :]:
            one, other = operations[i], operations[j]
            if other.start >= one.end:
                break
            if one.buffer == other.buffer and one.overlaps(other) and not one.stage == other.stage == "copy_out":
                torn |= {i, j}
                found.append(
                    f"{_name(other)} began on buffer {one.buffer} {1e3 * (one.end - other.start):.2f} ms before "
                    f"{_name(one)} ended"
                )
    return torn, found


def _name(op: Operation) -> str:
    return "compute" if op.stage == "compute" else f"{op.stage} of chunk {op.chunk}"


def _words(chunk: int, content: Content | None) -> str:
    if content is None:
        return f"chunk {chunk} was never copied out"
    if content[0] < 0:
        return f"the result of chunk {chunk} is torn"
    return f"the result of chunk {chunk} is chunk {content[0]}, computed {content[1]} times"


def ideal_timeline(chunks: int, buffers: int, copy_in: float, compute: float, copy_out: float) -> list[list[float]]:
    """Start and end of the three operations of each chunk when nothing but engines and buffers holds them back."""
    engines = Engines(dict(zip(STAGES, (copy_in, compute, copy_out), strict=True)), pinned=True)
    rows = []
    for chunk in range(chunks):
        run = [engines.issue(0.0, stage, chunk % buffers, chunk % buffers, chunk) for stage in STAGES]
        rows.append([time for operation in run for time in (operation.start, operation.end)])
    return rows


def bottleneck(buffers: int, copy_in: int, compute: int, copy_out: int) -> str:
    """The engine that is never idle in the long run, or "buffers" when none is."""
    stages = dict(zip(STAGES, (copy_in, compute, copy_out), strict=True))
    longest = max(stages, key=lambda name: stages[name])
    return "buffers" if sum(stages.values()) > buffers * stages[longest] else longest
