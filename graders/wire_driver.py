"""The worker's end of the wire: what a driver hands to the learner's function so that ranks can talk.

A driver makes one ``WireEnd``, adds its ``handlers()`` to its own, and starts the learner's function with ``start``.
The function runs in a thread of its own; the worker's main loop meanwhile takes what the referee forwards.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.loading import describe
from graders.protocol import Body
from graders.session import Handler, Session
from graders.switch import DTYPES, MOST_DIMENSIONS

Array = NDArray[Any]


class WireEnd:
    """One worker's place on the wire: an outbox in its arena, and a queue of what has come in."""

    def __init__(self, session: Session, shown_as: str) -> None:
        self._session = session
        self._shown_as = shown_as  # the learner's file, for its lines in an error
        self._incoming: queue.SimpleQueue[Body] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._outbox = Slot(0, "uint8", (0,))
        self._used = 0
        self.run = ""  # names the current run, so that a message of an earlier one is known as late
        self.rank = 0
        self.size = 1

    def handlers(self) -> dict[str, Handler]:
        """The request by which the referee hands over what was received."""

        def wire(request: Body) -> None:
            self._incoming.put(request["array"])

        return {"wire": wire}

    def start(self, request: Body, function: Callable[[], Body | None]) -> None:
        """Take the place that ``request`` names and run ``function`` in a thread; what it returns is the answer."""
        place = request["wire"]
        self.run, self.rank, self.size = str(place["run"]), int(place["rank"]), int(place["size"])
        self._outbox, self._used = Slot.parse(place["outbox"]), 0
        threading.Thread(target=self._run, args=(function,), daemon=True).start()

    def transfer(self, run: str, call: str, array: Any = None, **fields: int) -> None:
        """Ask the switch for ``call``, with a copy of ``array`` in the outbox. Raises TypeError for another type."""
        with self._lock:
            described = {} if array is None else self._store(_sendable(call, array))
            self._session.send("wire", run=run, call=call, **described, **fields)

    def receive(self) -> Array:
        """Wait for the next array and return a copy that belongs to the caller."""
        return self._session.arena.view(Slot.parse(self._incoming.get())).copy()

    def _store(self, array: Array) -> Body:
        if self._used + array.nbytes > self._outbox.nbytes:
            raise MemoryError(f"rank {self.rank} sent more than {self._outbox.nbytes:,} bytes in one run")
        slot = Slot(self._outbox.offset + self._used, array.dtype.name, array.shape)
        self._session.arena.view(slot)[...] = array
        self._used += -(-array.nbytes // 8) * 8
        described = slot.describe()
        return {"offset": described["offset"], "dtype": described["dtype"], "shape": described["shape"]}

    def _run(self, function: Callable[[], Body | None]) -> None:
        try:
            answer = function() or {}
        except (Exception, SystemExit) as error:
            self._session.error(f"rank {self.rank} of {self.size}: {describe(error, self._shown_as)}")
        else:
            self._session.send("done", run=self.run, **answer)


def _sendable(call: str, array: Any) -> Array:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{call} takes a numpy array, got {type(array).__name__}")
    if array.dtype.name not in DTYPES or array.ndim > MOST_DIMENSIONS:
        raise TypeError(
            f"{call} takes at most {MOST_DIMENSIONS} dimensions of {', '.join(DTYPES)}; got {array.dtype}{array.shape}"
        )
    return array


class Communicator:
    """Messages between ranks. ``send`` is buffered and returns at once; ``recv`` waits."""

    def __init__(self, end: WireEnd) -> None:
        self._end = end
        self._run = end.run
        self.rank = end.rank
        self.size = end.size

    def send(self, target: int, array: Array) -> None:
        """Send a copy of ``array`` to the rank ``target``; ValueError for a rank that is no peer."""
        self._end.transfer(self._run, "send", array, peer=self._peer(target))

    def recv(self, source: int) -> Array:
        """Return the next array that the rank ``source`` sent here; messages of one sender keep their order."""
        self._end.transfer(self._run, "recv", peer=self._peer(source))
        return self._end.receive()

    def _peer(self, rank: int) -> int:
        if rank not in range(self.size) or rank == self.rank:
            raise ValueError(f"rank {self.rank} of {self.size} has no peer {rank!r}")
        return int(rank)


class Collectives:
    """Collectives that all ranks enter in the same order with arrays of one shape and dtype; each returns a new array.

    The switch adds in float64 and rounds once, so the sum does not depend on an order of ranks.
    """

    def __init__(self, end: WireEnd) -> None:
        self._end = end
        self._run = end.run
        self.rank = end.rank
        self.size = end.size

    def all_reduce(self, array: Array) -> Array:
        """Return the sum over all ranks, in the shape of ``array``."""
        return self._collective("all_reduce", array, 0)

    def reduce_scatter(self, array: Array, axis: int = 0) -> Array:
        """Sum over all ranks, cut it into ``size`` equal parts along ``axis``, and return part ``rank``."""
        return self._collective("reduce_scatter", array, axis)

    def all_gather(self, array: Array, axis: int = 0) -> Array:
        """Return the arrays of all ranks, joined along ``axis`` in the order of the ranks."""
        return self._collective("all_gather", array, axis)

    def _collective(self, kind: str, array: Array, axis: int) -> Array:
        if isinstance(array, np.ndarray) and axis < 0:
            axis += array.ndim
        self._end.transfer(self._run, kind, array, axis=axis)
        return self._end.receive()
