"""The wire between the ranks of a distributed lab: workers have no network, so every message goes through the referee.

Each rank is a worker of its own. Its driver hands the learner's function a communicator (``graders.wire_driver``); a
send is a slot of the sender's arena that the referee copies, counts and forwards. What is counted is therefore what
was delivered, and a worker's own word counts for nothing.
"""

from __future__ import annotations

import secrets
import select
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders import answers
from graders.arena import Slot
from graders.errors import SolutionError, SolutionTimeoutError
from graders.process import Message, Worker
from graders.protocol import Body
from graders.switch import COLLECTIVES, POINT_TO_POINT, Array, Collective, Delivery, Link, Sent, Switch, valid_form

REGION_BYTES = 32 << 20  # what one rank may send, and receive, in one run
GRACE_SECONDS = 0.3  # another thread of a blocked rank may be about to send
WAIT_SECONDS = 0.1


class DeadlockError(SolutionTimeoutError):
    """No rank can go on; the message says who waits for whom."""


@dataclass(frozen=True)
class WireRun:
    """One run of all ranks: what went over the wire and what each rank answered at the end.

    ``model_seconds`` is the time on the switch's model clock (``Link``), exact and the same on every machine;
    ``seconds`` is the wall time here, from the first request to the last answer.
    """

    size: int
    sent: list[Sent]
    collectives: list[Collective]
    unread: int
    model_seconds: float
    seconds: float
    replies: list[Body]

    def bytes_sent(self, rank: int) -> int:
        """Bytes that ``rank`` sent."""
        return sum(each.nbytes for each in self.sent if each.source == rank)

    def messages_sent(self, rank: int) -> int:
        """Messages that ``rank`` sent."""
        return sum(each.source == rank for each in self.sent)

    def targets(self, rank: int) -> set[int]:
        """Ranks that ``rank`` sent to."""
        return {each.target for each in self.sent if each.source == rank}


class _Regions:
    """The outbox and the inbox of one worker; the inbox is filled from the front in each run."""

    def __init__(self, worker: Worker, nbytes: int) -> None:
        self._worker = worker
        self.outbox = worker.arena.place("uint8", (nbytes,))
        self.inbox = worker.arena.place("uint8", (nbytes,))
        self._used = 0

    def begin(self) -> Body:
        self._used = 0
        return {"outbox": self.outbox.describe(), "inbox": self.inbox.describe()}

    def take(self, body: Body) -> Array:
        """Copy the array that a message names out of the outbox."""
        dtype, shape = valid_form(body.get("dtype"), body.get("shape"))
        slot = Slot(answers.integer(body, "offset"), dtype, shape)
        end = self.outbox.offset + self.outbox.nbytes
        if slot.offset % 8 or slot.offset < self.outbox.offset or slot.offset + slot.nbytes > end:
            raise SolutionError("a message lies outside its outbox")
        return self._worker.arena.view(slot).copy()

    def put(self, array: Array) -> Body:
        """Copy ``array`` into the inbox and say where it lies."""
        if self._used + array.nbytes > self.inbox.nbytes:
            raise SolutionError(f"a rank received more than {self.inbox.nbytes:,} bytes in one run")
        slot = Slot(self.inbox.offset + self._used, array.dtype.name, array.shape)
        self._worker.arena.view(slot)[...] = array
        self._used += -(-array.nbytes // 8) * 8
        return slot.describe()


class Wire:
    """Connects workers whose driver uses ``graders.wire_driver.WireEnd``; any of them can be any rank of a run."""

    def __init__(self, workers: Sequence[Worker], *, region_bytes: int = REGION_BYTES) -> None:
        self.workers = list(workers)
        self._regions = {worker: _Regions(worker, region_bytes) for worker in self.workers}

    def run(
        self,
        op: str,
        requests: Sequence[Mapping[str, Any]],
        *,
        timeout: float,
        workers: Sequence[Worker] | None = None,
        link: Link | None = None,
        allowed: Collection[str] = POINT_TO_POINT,
    ) -> WireRun:
        """Send request r to rank r, switch until every rank has answered, and return what went over the wire.

        ``workers`` names the worker of each rank, the first ones when left out. Raises DeadlockError when the ranks
        wait for each other, SolutionTimeoutError past ``timeout`` seconds, SolutionError when a rank's code raised.
        The workers of a run that raised are of no further use.
        """
        chosen = list(workers or self.workers)[: len(requests)]
        switch = Switch(len(requests), link or Link(), allowed)
        run = secrets.token_hex(4)
        started = time.perf_counter()
        for rank, (worker, request) in enumerate(zip(chosen, requests, strict=True)):
            place = {"run": run, "rank": rank, "size": len(requests), **self._regions[worker].begin()}
            worker.post(op, **request, wire=place)
        replies, finished = self._switch(chosen, switch, run, started + timeout)
        return WireRun(
            size=len(requests),
            sent=switch.sent,
            collectives=switch.collectives,
            unread=switch.unread,
            model_seconds=switch.model_seconds,
            seconds=finished - started,
            replies=replies,
        )

    def _switch(self, chosen: Sequence[Worker], switch: Switch, run: str, end: float) -> tuple[list[Body], float]:
        poll, ranks = select.poll(), {}
        for rank, worker in enumerate(chosen):
            for descriptor in worker.descriptors:
                poll.register(descriptor, select.POLLIN)
                ranks[descriptor] = rank
        replies: dict[int, Body] = {}
        finished, stuck_since = 0.0, None
        while len(replies) < len(chosen):
            ready = {ranks[descriptor] for descriptor, _ in poll.poll(WAIT_SECONDS * 1000)}
            # In silence every rank is looked at: a dead one is found by asking it.
            for rank in sorted(ready) or range(len(chosen)):
                for message in _waiting(chosen[rank]):
                    if message.body.get("run") != run:
                        raise SolutionError(f"rank {rank} used the communicator of a run that was over")
                    if message.body["type"] == "done":
                        switch.finish(rank)
                        replies[rank], finished = message.body, message.at
                    else:
                        self._forward(chosen, switch, rank, message.body)
            now = time.perf_counter()
            stuck = switch.stuck()
            stuck_since = None if stuck is None else stuck_since or now
            if stuck_since is not None and now - stuck_since > GRACE_SECONDS:
                raise DeadlockError(f"deadlock: {stuck}")
            if now > end:
                raise SolutionTimeoutError(f"the ranks did not finish in time: {switch.state()}")
        return [replies[rank] for rank in range(len(chosen))], finished

    def _forward(self, chosen: Sequence[Worker], switch: Switch, rank: int, body: Body) -> None:
        for target, array in self._apply(chosen, switch, rank, body):
            worker = chosen[target]
            worker.post("wire", array=self._regions[worker].put(array))

    def _apply(self, chosen: Sequence[Worker], switch: Switch, rank: int, body: Body) -> list[Delivery]:
        if body["type"] != "wire":
            raise SolutionError(f"unexpected message {body['type']!r:.40} of rank {rank}")
        call = body.get("call")
        if call == "recv":
            return switch.recv(rank, answers.integer(body, "peer"))
        array = self._regions[chosen[rank]].take(body)
        if call == "send":
            return switch.send(rank, answers.integer(body, "peer"), array)
        if call in COLLECTIVES:
            return switch.collective(rank, str(call), answers.integer(body, "axis"), array)
        raise SolutionError(f"rank {rank} asks the wire for {call!r:.40}")


def _waiting(worker: Worker) -> list[Message]:
    """Every message of the worker that is there already."""
    found = []
    message = worker.receive(0.001)
    while message is not None:
        found.append(message)
        message = worker.receive(0.0)
    return found


def fit_line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """Least squares of y = a + b x: returns a, b and the share of the variance that it explains (R squared)."""
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slope, intercept = np.polyfit(xs, ys, 1)
    spread = float(np.sum((ys - ys.mean()) ** 2))
    rest = float(np.sum((ys - intercept - slope * xs) ** 2))
    return float(intercept), float(slope), 1.0 - rest / spread if spread else 1.0
