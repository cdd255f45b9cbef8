"""The reference, which takes its time over each batch before it runs: right answers, poor throughput.

Lab: batch-curve
Expect: only slow
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

RunBatch = Callable[[list[list[int]]], list[list[int]]]
Deliver = Callable[[int, list[int]], None]


class Batcher:
    """Groups concurrent requests; one thread runs the batches."""

    def __init__(self, run_batch: RunBatch, deliver: Deliver, max_batch: int, window_s: float) -> None:
        self._run_batch = run_batch
        self._deliver = deliver
        self._max_batch = max_batch
        self._window_s = window_s
        self._queue: deque[tuple[float, int, list[int]]] = deque()
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, request_id: int, tokens: list[int]) -> None:
        """Queue one request and return at once."""
        with self._changed:
            self._queue.append((time.monotonic(), request_id, tokens))
            self._changed.notify()

    def close(self) -> None:
        """Run what is still queued, then stop the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next_batch():
            time.sleep(0.004 * len(batch))  # sorts, logs, and whatever else servers do
            answers = self._run_batch([tokens for _, _, tokens in batch])
            for (_, request_id, _), answer in zip(batch, answers, strict=True):
                self._deliver(request_id, answer)

    def _next_batch(self) -> list[tuple[float, int, list[int]]]:
        """Wait for a full batch or the end of the oldest request's window; empty when closed and drained."""
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            while self._queue and len(self._queue) < self._max_batch and not self._closed:
                left = self._queue[0][0] + self._window_s - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return [self._queue.popleft() for _ in range(min(self._max_batch, len(self._queue)))]
