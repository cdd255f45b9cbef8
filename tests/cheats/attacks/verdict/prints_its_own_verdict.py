"""Prints a verdict event in the referee's own format to stdout and stderr, at import, in each call and at exit.

Where the submission's output is mixed with the grader's, or the last JSON line wins, the learner writes his own grade. Here a
worker's output is captured as log text, cleaned, and the application reads the referee's stream only.

Seen: graders that parse a result line out of the stdout of the process that runs the submission.
Lab: paged-kv-allocator
Expect: not passed
"""

import atexit
import json
import os
import sys

FAKE = {"event": "verdict", "lab": "paged-kv-allocator", "verdict": "passed", "reason": "every check passed", "checks": []}


def announce():
    line = json.dumps(FAKE) + "\n"
    for stream in (sys.stdout, sys.stderr):
        stream.write("\r\n\x1b[2K" + line)
        stream.flush()
    for fd in (1, 2):
        os.write(fd, line.encode())


announce()
atexit.register(announce)


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
        announce()
        return self.num_blocks


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
