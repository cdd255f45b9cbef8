"""Fills memory step by step, so that the kernel kills somebody: perhaps the grader, whose death looks like no verdict at all.

Whoever runs out of memory is chosen by size, and an autograder that dies is run again or taken for a pass. Here a worker's
memory has a limit: the allocation fails in its own process and is its own error. The flood ends at 12 GiB, or when less than
3 GiB are left.

Seen: shared course machines, where one submission's allocation killed the grading service.
Lab: paged-kv-allocator
Expect: not passed
"""

STEP, MOST, LEAVE = 64 << 20, 12 << 30, 3 << 30
hoard = []


def left():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) * 1024


def flood():
    while len(hoard) * STEP < MOST and left() > LEAVE + STEP:
        hoard.append(bytearray(b"x") * STEP)
    raise MemoryError(f"gave up at {len(hoard) * STEP >> 20} MiB")


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
        flood()


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
