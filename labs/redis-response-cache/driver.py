"""Runs in the worker: takes over its connections, and turns requests into calls of the learner's functions."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64decode, b64encode
from types import ModuleType
from typing import Any

from graders.protocol import Body
from graders.resp import Redis
from graders.session import Handler, Session

MODEL_SECONDS = 10.0  # longer than any call of the model takes
REDIS_SECONDS = 5.0  # a stalled machine must not look like a lost server


class ModelClient:
    """One connection to the referee's model, one call at a time."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.settimeout(MODEL_SECONDS)
        self._reader = self._socket.makefile("rb")
        self._lock = threading.Lock()

    def infer(self, item: Body) -> bytes:
        """Run the model on one request; takes its time and is counted by the referee."""
        with self._lock:
            self._socket.sendall(json.dumps(item).encode() + b"\n")
            return b64decode(self._reader.readline())


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    connected: dict[str, Any] = {}

    def connect(request: Body) -> Body:
        sockets = [session.socket(f"redis-{i}") for i in range(request["redis"])]
        connected["redis"] = Redis(sockets, timeout=REDIS_SECONDS)
        connected["model"] = ModelClient(session.socket("model"))
        return {}

    def ask(request: Body) -> Body:
        item = request["item"]
        try:
            answer = solution.get_or_infer(
                connected["redis"],
                lambda: connected["model"].infer(item),
                prefix=request["prefix"],
                model=item["model"],
                version=item["version"],
                inputs=b64decode(item["inputs"]),
                ttl_ms=request["ttl_ms"],
            )
        except OSError as error:
            return {"failed": f"{type(error).__name__}: {error}"}
        if not isinstance(answer, bytes):
            raise TypeError(f"get_or_infer returns the answer as bytes, got {type(answer).__name__}")
        return {"answer": b64encode(answer).decode()}

    def invalidate(request: Body) -> Body:
        item = request["item"]
        inputs = b64decode(item["inputs"])
        solution.invalidate(
            connected["redis"], prefix=request["prefix"], model=item["model"], version=item["version"], inputs=inputs
        )
        return {}

    return {"connect": connect, "ask": ask, "invalidate": invalidate}
