"""Waits for no window: its own clock is wound forward, so that every window seems to be over as soon as it begins.

The window of a batcher is a time, and a grader that reads it off the same process's clock sees the wait that was asked for.
Condition waits are patched too, and the log of waits says what it should. Here the wait of a lone request is measured from
outside, between sending and answer.

Seen: latency tests that use a mocked or patchable clock inside the process under test.
Lab: batch-curve
Expect: not passed
"""

import threading
import time
from collections import deque

honest = time.monotonic
time.monotonic = time.perf_counter = lambda: honest() * 1_000.0
honest_wait = threading.Condition.wait
threading.Condition.wait = lambda self, timeout=None: honest_wait(self, None if timeout is None else timeout / 1_000.0)


class Batcher:
    """A batcher that is right by its own clock."""

    def __init__(self, run_batch, deliver, max_batch, window_s):
        self.run_batch, self.deliver, self.max_batch, self.window_s = run_batch, deliver, max_batch, window_s
        self.queue, self.closed, self.changed = deque(), False, threading.Condition()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def submit(self, request_id, tokens):
        with self.changed:
            self.queue.append((time.monotonic(), request_id, tokens))
            self.changed.notify()

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.thread.join()

    def work(self):
        while batch := self.next_batch():
            answers = self.run_batch([tokens for _, _, tokens in batch])
            for (_, request_id, _), answer in zip(batch, answers, strict=True):
                self.deliver(request_id, answer)

    def next_batch(self):
        with self.changed:
            while not self.queue and not self.closed:
                self.changed.wait()
            while self.queue and len(self.queue) < self.max_batch and not self.closed:
                left = self.queue[0][0] + self.window_s - time.monotonic()
                if left <= 0:
                    break
                self.changed.wait(left)
            return [self.queue.popleft() for _ in range(min(self.max_batch, len(self.queue)))]
