"""Closed-loop clients: each has one connection, sends a request, checks the answer, and sends the next."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from server import Server, TritonError

LARGEST = 1 << 40
ITEMS = 4  # in one request


@dataclass
class Tally:
    """What the clients have seen of one model since it was loaded."""

    sent: int = 0
    wrong: list[str] = field(default_factory=list)
    executions: Fraction = Fraction(0)  # each answer of a batch of n counts for 1/n of an execution


@dataclass(frozen=True)
class Block:
    """Requests of clients that began together: seconds of all and of each request, and the sizes of their batches."""

    seconds: float
    latencies: list[float]
    sizes: list[int]

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds


class Crowd:
    """A number of clients with connections of their own; keeps a tally for each model."""

    def __init__(self, server: Server, count: int) -> None:
        self._connections = [server.connect() for _ in range(count)]
        self._pool = ThreadPoolExecutor(count)
        self.tallies: dict[str, Tally] = {}

    def block(self, model: str, clients: int, requests: int, rng: np.random.Generator) -> Block:
        """Let ``clients`` send ``requests`` each, all starting at once."""
        payloads = rng.integers(-LARGEST, LARGEST, size=(clients, requests, ITEMS)).tolist()
        gate = threading.Barrier(clients + 1)
        each = [self._pool.submit(self._one, i, model, payloads[i], gate) for i in range(clients)]
        gate.wait()
        started = time.perf_counter()
        answered = [answer for future in each for answer in future.result()]
        seconds = time.perf_counter() - started
        tally = self.tallies.setdefault(model, Tally())
        tally.sent += clients * requests
        for _, size, wrong in answered:
            tally.executions += Fraction(1, size) if size > 0 else 0
            if wrong:
                tally.wrong.append(wrong)
        return Block(seconds, [latency for latency, _, _ in answered], [size for _, size, _ in answered])

    def close(self) -> None:
        """Close every connection."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def _one(
        self, client: int, model: str, payloads: Sequence[Sequence[int]], gate: threading.Barrier
    ) -> list[tuple[float, int, str]]:
        bodies = [_body(payload) for payload in payloads]
        gate.wait()
        found = []
        for payload, body in zip(payloads, bodies, strict=True):
            started = time.perf_counter()
            answer = _infer(self._connections[client], model, body)
            found.append((time.perf_counter() - started, *_read(answer, payload)))
        return found


def _body(payload: Sequence[int]) -> bytes:
    tensor = {"name": "x", "shape": [1, ITEMS], "datatype": "INT64", "data": payload}
    return json.dumps({"inputs": [tensor]}).encode()


def _infer(connection: http.client.HTTPConnection, model: str, body: bytes) -> bytes:
    connection.request("POST", f"/v2/models/{model}/infer", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise TritonError(f"{response.status} {answer.decode(errors='replace')[:300]}")
    return answer


def _read(answer: bytes, payload: Sequence[int]) -> tuple[int, str]:
    """The size of the batch, and what is wrong with the answer (or nothing)."""
    outputs = {output["name"]: output["data"] for output in json.loads(answer)["outputs"]}
    right = [3 * value + 1 for value in payload]
    size = outputs["batch"][0] if outputs.get("batch") else 0
    return int(size), "" if outputs.get("y") == right else f"{payload} was answered with {outputs.get('y')}"
