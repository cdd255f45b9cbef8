"""Prints without end, on both streams and without newlines, so that whoever collects the output runs out of memory or time.

``subprocess.run(capture_output=True)`` keeps it all. Here a stream's lines are cut, its total is bounded, and reading it never
holds up the clock; the call that prints runs into its timeout.

Seen: autograders that capture output without a bound.
Lab: paged-kv-allocator
Expect: not passed
"""

import os


def shout():
    while True:
        os.write(1, b"x" * 65_536)
        os.write(2, b"\x1b[31my\n" * 8_192)


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
        shout()


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
