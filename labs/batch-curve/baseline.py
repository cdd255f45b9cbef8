"""The referee's own unbatched server: the denominator that the learner's code cannot touch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Batcher:
    """Runs every request alone, in order of arrival."""

    def __init__(
        self,
        run_batch: Callable[[list[list[int]]], list[list[int]]],
        deliver: Callable[[int, list[int]], None],
        max_batch: int,
        window_s: float,
    ) -> None:
        self._run_batch = run_batch
        self._deliver = deliver
        self._queue: queue.SimpleQueue[tuple[int, list[int]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, request_id: int, tokens: list[int]) -> None:
        """Queue one request."""
        self._queue.put((request_id, tokens))

    def close(self) -> None:
        """Drain and stop."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (request := self._queue.get()) is not None:
            self._deliver(request[0], self._run_batch([request[1]])[0])
