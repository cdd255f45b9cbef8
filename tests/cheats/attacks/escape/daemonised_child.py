"""Leaves a daemon behind that is in no group of the grader's, and that goes on after the run: two forks and a new session.

The daemon would slow the next run, wait for the reference of the next lab, or rewrite the record. It also keeps the reply socket
open, so that the worker's death is not seen as end of file. Here a new session is refused, and the namespace ends with the
worker. The daemon ends itself after a minute.

Seen: judges that wait for the process they started, and for nobody else.
Lab: paged-kv-allocator
Expect: not passed
"""

import contextlib
import os
import time

MARK = "daemon-of-a-cheat"


def daemon():
    if os.fork():
        return
    with contextlib.suppress(OSError):
        os.setsid()
    if os.fork():
        os._exit(0)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), open(f"/tmp/{MARK}", "w") as file:
            file.write("still here")
        time.sleep(0.5)
    os._exit(0)


daemon()


class BlockAllocator:
    """The worker dies at once; its daemon shall stay."""

    def __init__(self, num_blocks, block_size):
        os._exit(0)


def wasted_slots(lengths, block_size, reserved):
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
