"""A reply channel on which the kernel stamps each message when it is sent, however late the referee wakes up.

On a busy machine the referee was seen to read several tokens at once, which made a cache look faster than it is. Linux
stamps packets of a local socket at the moment of sending (socket(7), SO_TIMESTAMP); elsewhere the time of reading
counts.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

from graders.errors import ProtocolError
from graders.protocol import READ_SIZE

SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python has no name for it
TIMESPEC = struct.Struct("@ll")


class StampedChannel:
    """The referee's end of the reply channel; the worker gets ``worker_fd`` and simply writes to it."""

    def __init__(self) -> None:
        kind = socket.SOCK_SEQPACKET if sys.platform.startswith("linux") else socket.SOCK_STREAM
        self._own, self._worker = socket.socketpair(socket.AF_UNIX, kind)
        self._own.setblocking(False)
        if sys.platform.startswith("linux"):
            self._own.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    @property
    def worker_fd(self) -> int:
        """File descriptor to be passed to the worker."""
        return self._worker.fileno()

    def fileno(self) -> int:
        """File descriptor to poll."""
        return self._own.fileno()

    def close_worker_end(self) -> None:
        """Give up the worker's end after it was passed on, so that its death is seen as end of file."""
        self._worker.close()

    def read(self) -> tuple[bytes, float]:
        """Return one packet and the ``time.perf_counter`` of its sending; empty bytes at the end.

        Raises BlockingIOError when nothing is there, ProtocolError for a packet that is larger than a message may be.
        """
        data, ancillary, flags, _ = self._own.recvmsg(READ_SIZE, socket.CMSG_SPACE(TIMESPEC.size))
        now, wall = time.perf_counter(), time.time()
        if flags & socket.MSG_TRUNC:
            raise ProtocolError(f"a packet of more than {READ_SIZE} bytes")
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(value) == TIMESPEC.size:
                seconds, nanoseconds = TIMESPEC.unpack(value)
                now -= max(0.0, wall - (seconds + nanoseconds * 1e-9))
        return data, now

    def close(self) -> None:
        """Close both ends."""
        self._own.close()
        self._worker.close()
