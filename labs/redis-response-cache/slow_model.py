"""The referee's slow model: a counted service whose answers depend on a secret, the request and the weights."""

from __future__ import annotations

import hashlib
import json
import socketserver
import threading
import time
from base64 import b64decode, b64encode
from collections import Counter
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
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.model = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

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
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    model: SlowModel

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that sends nonsense or goes away loses its connection, and that is all."""


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline(MAX_REQUEST):
            self.wfile.write(b64encode(self.server.model.run(Item.parse(json.loads(line)))) + b"\n")
