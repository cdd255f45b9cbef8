"""Signals every process it can name, in the hope that a dead referee is taken for a finished one.

``os.kill(-1, SIGKILL)`` reaches all processes of the user. In a process namespace it reaches the worker's own only; in
front of a referee that died, the application still waits for a verdict line, and there is none.

Seen: course autograders that treat a missing result file as "not run yet".
Lab: paged-kv-allocator
Expect: not passed
Needs: namespace
"""

import contextlib
import os
import signal

for number in (signal.SIGSTOP, signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, number)


class BlockAllocator:
    """Reached only where nobody was there to be killed."""


def wasted_slots(lengths, block_size, reserved):
    return 0, 0
