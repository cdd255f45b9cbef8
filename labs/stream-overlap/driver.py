"""Runs in the worker: the host's side of the device. Its engines and its memory are in the referee."""

from __future__ import annotations

import json
from threading import Lock
from time import perf_counter, sleep
from types import ModuleType

from graders.protocol import Body
from graders.session import Handler, Session

MOST_BYTES = 4096


class Line:
    """The connection to the device: commands go out, and the host waits only where it has to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers = session.socket("device")
        self._lock = Lock()

    def tell(self, **command: object) -> None:
        """Issue a command and return at once."""
        with self._lock:
            self._session.send("command", **command)

    def ask(self, **command: object) -> None:
        """Issue a command and wait until the device has done what it was asked to wait for."""
        with self._lock:
            self._session.send("command", **command)
            until = float(json.loads(self._answers.recv(MOST_BYTES)))
        while (left := until - perf_counter()) > 0:
            sleep(left)


class Device:
    """What the learner's functions get."""

    def __init__(self, line: Line, chunks: int, buffers: int) -> None:
        self.chunks = chunks
        self.buffers = buffers
        self.line = line
        self.pinned = False
        self._streams = 0
        self._events = 0

    def pin(self) -> None:
        """Page-lock the host memory, so that copies need not block the host."""
        self.pinned = True
        self.line.tell(do="pin")

    def stream(self) -> Stream:
        """Return a new stream."""
        self._streams += 1
        return Stream(self, self._streams - 1)

    def event(self) -> Event:
        """Return a new event, not recorded yet."""
        self._events += 1
        return Event(self, self._events - 1)

    def synchronize(self) -> None:
        """Wait until everything that was issued is done."""
        self.line.ask(do="wait for device")


class Stream:
    """Operations that run in the order of issue."""

    def __init__(self, device: Device, number: int) -> None:
        self.device = device
        self.number = number

    def copy_in(self, chunk: int, buffer: int) -> None:
        """Copy a chunk of the host to a buffer."""
        self._issue("copy_in", buffer, chunk, blocks=not self.device.pinned)

    def compute(self, buffer: int) -> None:
        """Compute in place."""
        self._issue("compute", buffer, 0, blocks=False)

    def copy_out(self, buffer: int, chunk: int) -> None:
        """Copy a buffer to the result of a chunk."""
        self._issue("copy_out", buffer, chunk, blocks=not self.device.pinned)

    def record(self) -> Event:
        """Mark this point of the stream."""
        event = self.device.event()
        self.device.line.tell(do="record", stream=self.number, event=event.number)
        return event

    def wait(self, event: Event) -> None:
        """Let later operations of this stream wait for ``event``; the host goes on."""
        self.device.line.tell(do="wait", stream=self.number, event=event.number)

    def synchronize(self) -> None:
        """Wait until everything that was issued to this stream is done."""
        self.device.line.ask(do="wait for stream", stream=self.number)

    def _issue(self, kind: str, buffer: int, chunk: int, *, blocks: bool) -> None:
        if not 0 <= buffer < self.device.buffers:
            raise ValueError(f"{kind}: buffer {buffer} does not exist; there are {self.device.buffers}")
        if not 0 <= chunk < self.device.chunks:
            raise ValueError(f"{kind}: chunk {chunk} does not exist; there are {self.device.chunks}")
        act = self.device.line.ask if blocks else self.device.line.tell
        act(do=kind, stream=self.number, buffer=int(buffer), chunk=int(chunk))


class Event:
    """A point of a stream."""

    def __init__(self, device: Device, number: int) -> None:
        self.device = device
        self.number = number

    def synchronize(self) -> None:
        """Wait until the stream has come to this point."""
        self.device.line.ask(do="wait for event", event=self.number)


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    line = Line(session)

    def pipeline(request: Body) -> Body:
        device = Device(line, request["chunks"], request["buffers"])
        getattr(solution, request["function"])(device)
        return {}

    def timeline(request: Body) -> Body:
        answer = solution.ideal_timeline(*request["sizes"])
        if not isinstance(answer, list | tuple):
            raise TypeError(f"ideal_timeline returns a list, got {type(answer).__name__}")
        return {"rows": [_row(row) for row in answer]}

    def bottleneck(request: Body) -> Body:
        answer = solution.bottleneck(*request["sizes"])
        if not isinstance(answer, str):
            raise TypeError(f"bottleneck returns a str, got {type(answer).__name__}")
        return {"name": answer[:40]}

    return {"pipeline": pipeline, "timeline": timeline, "bottleneck": bottleneck}


def _row(row: object) -> list[int]:
    if not isinstance(row, list | tuple) or not all(isinstance(each, int) for each in row):
        raise TypeError(f"each row of ideal_timeline holds six ints, got {str(row)[:80]}")
    return [int(each) for each in row]
