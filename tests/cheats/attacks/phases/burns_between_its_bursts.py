"""Runs the requests of a batch one by one, and burns the core whenever no burst of its own is under way.

The throughput of batches is divided by that of the grader's own server. If the submission's threads run on while that server
is measured, the divisor shrinks and a batcher that batches nothing looks three times as fast. Here a server that is not being
measured stands still.

Seen: speedup graders whose baseline runs beside the submission's process.
Lab: batch-curve
Expect: not passed
"""

import mmap
import os
import threading
import time
from collections import deque

BURNERS = 5
busy = mmap.mmap(-1, 4096)


def burn():
    while True:
        if busy[0]:
            time.sleep(0.001)
        else:
            sum(range(2_000))


for _ in range(BURNERS):
    if os.fork() == 0:
        burn()


class Batcher:
    """Collects a batch, waits as it should, and then runs its requests one after another."""

    def __init__(self, run_batch, deliver, max_batch, window_s):
        busy[0] = 1
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
        busy[0] = 0

    def work(self):
        while batch := self.next_batch():
            for _, request_id, tokens in batch:
                self.deliver(request_id, self.run_batch([tokens])[0])

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
