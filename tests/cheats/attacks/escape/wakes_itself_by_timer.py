"""Forks burners that a POSIX timer wakes with SIGCONT, so that they slow the baseline although the referee stops the group.

A stopped process runs no code, but its timers go on, and ``timer_create`` may send any signal: SIGCONT makes it run again. The
requests of a batch are run one by one here; beside a baseline that shares its core with the burners that looks fast. Elsewhere
nothing stops a submission between its calls at all. Here ``timer_create`` has to be refused, or the burnt time to be seen.

Seen: a variant of burning the baseline's core (evicted caches, more threads), built against a referee that uses SIGSTOP.
Lab: batch-curve
Expect: not passed
"""

import ctypes
import mmap
import os
import platform
import signal
import struct
import threading
import time
from collections import deque

BURNERS = 4
TIMER_CREATE, TIMER_SETTIME = (222, 223) if platform.machine() == "x86_64" else (107, 110)
CLOCK_MONOTONIC = 1
libc = ctypes.CDLL(None, use_errno=True)
busy = mmap.mmap(-1, 8)


def wake_every(seconds):
    event = ctypes.create_string_buffer(struct.pack("Qii", 0, signal.SIGCONT, 0), 64)
    timer = ctypes.c_int()
    spec = struct.pack("qqqq", 0, int(seconds * 1e9), 0, int(seconds * 1e9))
    if libc.syscall(TIMER_CREATE, CLOCK_MONOTONIC, event, ctypes.byref(timer)) == 0:
        libc.syscall(TIMER_SETTIME, timer.value, 0, spec, None)


def burn():
    signal.signal(signal.SIGCONT, lambda *_: None)
    wake_every(0.003)
    while True:
        if busy[0]:
            time.sleep(0.002)
        else:
            sum(range(1_000))


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
