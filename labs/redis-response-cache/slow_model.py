"""The referee's slow model: a counted service whose answers depend on a secret, the request and the weights."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from base64 import b64decode, b64encode
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MAX_REQUEST = 65_536  # bytes of one line
SMALLEST, SPREAD = 200, 3_000  # bytes of an answer


@dataclass(frozen=True)
class Item:
    """What one answer depends on, as far as a client can see."""

    model: str
    version: int
    inputs: bytes

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"model": self.model, "version": self.version, "inputs": b64encode(self.inputs).decode()}

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Item:
        """Rebuild an item from its JSON form."""
        return cls(str(data["model"]), int(data["version"]), b64decode(data["inputs"]))


class SlowModel:
    """Serves in threads of the referee. Replacing the weights of an item changes its answer and nothing else."""

    def __init__(self, secret: bytes, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0
        self._secret = secret
        self._weights: Counter[Item] = Counter()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def connect(self) -> socket.socket:
        """Return the client's end of a new connection; the other end is served by a thread of its own."""
        served, client = socket.socketpair()
        self._open.append(served)
        threading.Thread(target=self._serve, args=(served,), daemon=True).start()
        return client

    def answer(self, item: Item, weights: int | None = None) -> bytes:
        """Return the answer with the weights of now, or with an earlier set of them, counted from 0."""
        number = self._weights[item] if weights is None else weights
        seed = self._secret + repr((item, number)).encode()
        size = SMALLEST + int.from_bytes(hashlib.sha256(seed).digest()[:4]) % SPREAD
        return hashlib.shake_256(seed).digest(size)

    def earlier_answers(self, item: Item) -> list[bytes]:
        """Return what the item was answered before its weights were replaced."""
        return [self.answer(item, number) for number in range(self._weights[item])]

    def replace_weights(self, item: Item) -> None:
        """From now on the item is answered anew, under the same version."""
        self._weights[item] += 1

    def run(self, item: Item) -> bytes:
        """One inference: slow, and counted."""
        time.sleep(self.seconds)
        with self._lock:
            self.calls += 1
        return self.answer(item)

    def close(self) -> None:
        """Stop serving."""
        for served in self._open:
            with suppress(OSError):
                served.shutdown(socket.SHUT_RDWR)

    def _serve(self, served: socket.socket) -> None:
        # A client that sends nonsense or goes away loses its connection, and that is all.
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError), served, served.makefile("rb") as lines:
            while line := lines.readline(MAX_REQUEST):
                served.sendall(b64encode(self.run(Item.parse(json.loads(line)))) + b"\n")
