"""What a lab's driver sees inside the worker: the arena, the device and a way to send items while it works."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from graders.arena import Arena, Slot
from graders.protocol import Body, encode

Handler = Callable[[Body], "Body | None"]
MAX_ERROR = 4_000  # characters of an error text


class Session:
    """The worker's end of the pipe. ``send`` may be called from any thread."""

    def __init__(self, reply_fd: int, arena: Arena, device: str, sockets: Mapping[str, int]) -> None:
        self.arena = arena
        self._sockets = dict(sockets)
        self.device = device
        self.current = ""
        self._fd = reply_fd
        self._lock = threading.Lock()

    def send(self, kind: str, **fields: Any) -> None:
        """Send one message at once; raises ProtocolError when a field is not JSON or too large."""
        line = encode({"type": kind, "id": self.current, **fields})
        with self._lock:
            while line:
                line = line[os.write(self._fd, line) :]

    def item(self, **fields: Any) -> None:
        """Stream one item of the running request, for example a token, which the referee stamps on arrival."""
        self.send("item", **fields)

    def error(self, text: str) -> None:
        """Report that the learner's code raised; this ends the run with the verdict ``error``."""
        self.send("error", text=text[-MAX_ERROR:])

    def socket(self, name: str) -> socket.socket:
        """Return the connected socket that the referee handed over under this name; raises KeyError for another."""
        return socket.socket(fileno=os.dup(self._sockets[name]))

    def tensor(self, slot: Body) -> Any:
        """Return a CPU torch tensor over the slot's bytes (no copy), shape and dtype as the referee declared."""
        import torch

        return torch.from_numpy(self.arena.view(Slot.parse(slot)))
