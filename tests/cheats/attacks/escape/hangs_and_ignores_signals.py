"""Hangs for ever with every signal ignored, threads that never end and an exit handler that hangs as well.

A grader that asks politely (SIGTERM, join, atexit) waits with it, and a run without a verdict blocks the queue. Here each
request has a timeout, and the end is SIGKILL for the whole group.

Seen: judges that terminate instead of killing.
Lab: paged-kv-allocator
Expect: not passed
"""

import atexit
import contextlib
import signal
import threading
import time


def forever():
    while True:
        time.sleep(3600)


for number in signal.valid_signals():
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)
atexit.register(forever)
threading.Thread(target=forever).start()


class BlockAllocator:
    """Hands out the same slots to everybody."""

    def __init__(self, num_blocks, block_size):
        self.num_blocks, self.block_size = num_blocks, block_size

    def allocate(self, seq_id, n_tokens):
        return list(range(n_tokens))

    def append(self, seq_id, n_tokens=1):
        return [], list(range(n_tokens))

    def fork(self, parent_id, child_id):
        pass

    def free(self, seq_id):
        pass

    def block_table(self, seq_id):
        return [0]

    def ref_count(self, block):
        return 1

    def num_free(self):
        forever()


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
