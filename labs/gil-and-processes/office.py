"""Counters at which work asks and waits: the referee sees how many ask at once, and the kernel names the process.

Each counter is one end of a local socket. The kernel attaches the sender's process id to every message (unix(7),
SO_PASSCRED), so nobody can ask in another's name.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from graders.errors import SolutionTimeoutError
from graders.process import Worker

CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
COUNTERS = 14
FIRST_GRACE = 1.0  # seconds without a further request before a wave that is too small is answered
LATER_GRACE = 0.1
HOLD = 0.03  # seconds in which a wave that is complete may still become too large


@dataclass
class Visit:
    """What the counters saw of one call: waves of requests that waited at the same time, each a list of process ids."""

    waves: list[list[int]] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)  # requests by counter
    results: list[Any] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


class Office:
    """COUNTERS counters; ``theirs`` are the ends for the worker, by name."""

    def __init__(self) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(COUNTERS)]
        self._own = [own for own, _ in pairs]
        self._theirs = [theirs for _, theirs in pairs]
        self._poll = select.poll()
        for own in self._own:
            own.setblocking(False)
            own.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._poll.register(own, select.POLLIN)

    @property
    def theirs(self) -> Mapping[str, socket.socket]:
        """Sockets to hand over to the worker."""
        return {f"counter-{number}": end for number, end in enumerate(self._theirs)}

    def close(self) -> None:
        """Close every socket."""
        for end in (*self._own, *self._theirs):
            end.close()

    def serve(self, worker: Worker, how: str, n: int, count: int, rng: np.random.Generator, timeout: float) -> Visit:
        """Let the worker spread ``count`` questions over ``n``, and answer them wave by wave until it replies."""
        visit = Visit(answers=[0] * count)
        places = [int(place) for place in rng.permutation(COUNTERS)[:count]]
        end = time.perf_counter() + timeout
        worker.post("run", how=how, work="ask", items=places, n=n)
        grace = FIRST_GRACE
        while time.perf_counter() < end:
            message = worker.receive(0.001)
            if message is not None:
                visit.results = list(message.body.get("results", []))
                return visit
            left = count - len(visit.asked)
            wave = self._gather(min(n, left) if left else 1, grace, visit)
            if 0 < len(wave) < min(n, left):
                grace = LATER_GRACE
            if wave:
                visit.waves.append([pid for _, pid in wave])
            for index in rng.permutation(len(wave)):
                counter = wave[int(index)][0]
                answer = int(rng.integers(1 << 40))
                if counter in places:
                    visit.answers[places.index(counter)] = answer
                self._own[counter].send(answer.to_bytes(8, "little"))
        raise SolutionTimeoutError(
            f"run_{how} did not return within {timeout:.0f} s, though every question was answered"
        )

    def _gather(self, enough: int, grace: float, visit: Visit) -> list[tuple[int, int]]:
        """Requests (counter, process id) that wait at the same time; empty when there are none now."""
        found: list[tuple[int, int]] = []
        patience = 0.002
        while self._poll.poll(1000 * patience):
            for counter, own in enumerate(self._own):
                pid = _sender(own)
                if pid is not None:
                    found.append((counter, pid))
                    visit.asked[counter] = visit.asked.get(counter, 0) + 1
            patience = HOLD if len(found) >= enough else grace
        return found


def _sender(own: socket.socket) -> int | None:
    try:
        data, ancillary, _, _ = own.recvmsg(16, socket.CMSG_SPACE(CREDENTIALS.size))
    except BlockingIOError:
        return None
    for level, kind, value in ancillary:
        if data and level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            pid: int = CREDENTIALS.unpack(value[: CREDENTIALS.size])[0]
            return pid
    return None
