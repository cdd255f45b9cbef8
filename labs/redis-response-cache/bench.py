"""Everything that takes part in a run: clients, Redis, the model and the ledger that follows every lookup."""

from __future__ import annotations

import secrets
import socket
import time
from base64 import b64decode
from dataclasses import dataclass, field

from design import TRACES
from ledger import Answered, Ledger
from redis_server import Server
from replay import fresh_item
from slow_model import Item, SlowModel

from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Samples
from graders.process import Worker

CLIENTS = ("solution", "second")
LONG_TTL = 120.0  # seconds, longer than any phase
CALL_SECONDS = 10.0
CONNECTIONS = 3  # to Redis, for each client: the first one, and two that a stalled machine may cost


@dataclass
class Bench:
    """Everything that takes part, and what was seen."""

    context: Context
    server: Server
    model: SlowModel
    workers: dict[str, Worker]
    ledger: Ledger
    prefix: str
    before: tuple[int, int]
    ran_model: int = 0
    warm: list[Item] = field(default_factory=list)
    seen: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: {name: [] for name in TRACES})

    def client(self) -> Worker:
        """One of the two clients, drawn anew for each request."""
        return self.workers[CLIENTS[int(self.context.rng.integers(2))]]

    def call(self, worker: Worker, item: Item, ttl: float = LONG_TTL) -> Answered:
        """Send one request to one worker."""
        timeout = self.context.within(CALL_SECONDS)
        reply = worker.call("ask", timeout=timeout, item=item.as_dict(), prefix=self.prefix, ttl_ms=round(ttl * 1000))
        data, failed = reply.body.get("answer"), str(reply.body.get("failed", ""))
        try:
            return Answered(reply.started, reply.finished, None if data is None else b64decode(data), failed)
        except (TypeError, ValueError) as error:
            raise SolutionError(f"an answer that is not base64 text: {error}") from error

    def ask(self, item: Item, ttl: float = LONG_TTL) -> tuple[float, bool]:
        """Ask one of the clients; returns its latency in seconds and whether it must have been a hit."""
        calls = self.model.calls
        answered = self.call(self.client(), item, ttl)
        ran = self.model.calls - calls
        self.ran_model += ran
        return answered.seconds, self.ledger.record(item, ttl, answered, ran_model=ran > 0)

    def direct(self, worker: str) -> float:
        """Ask the referee's own client, which has no cache; returns seconds."""
        return self.call(self.workers[worker], fresh_item(self.context.rng)).seconds

    def update(self, item: Item) -> None:
        """Replace the weights of ``item`` and tell one client."""
        self.model.replace_weights(item)
        timeout = self.context.within(CALL_SECONDS)
        self.client().call("invalidate", timeout=timeout, item=item.as_dict(), prefix=self.prefix)
        self.ledger.replaced(item, "invalidation")

    def counted(self) -> tuple[int, int]:
        """Return how many hits and misses Redis has counted since the start."""
        hits, misses = self.server.counters()
        return hits - self.before[0], misses - self.before[1]

    def broken(self) -> bool:
        """Whether something is wrong that no further sample can mend."""
        ledger = self.ledger
        return bool(ledger.faults) or self.counted() != (ledger.hits, ledger.misses)

    def counting(self) -> Samples:
        """What the ledger says, what Redis and the model counted, and which keys there are."""
        ledger = self.ledger
        hits, misses = self.counted()
        own = len(self.server.keys(self.prefix + "*"))
        live = ledger.live(time.perf_counter())
        return {
            "ledger": {"lookups": ledger.lookups, "hits": ledger.hits, "misses": ledger.misses, "live": live,
                       "faults": dict(ledger.faults), "examples": dict(ledger.examples)},
            "redis": {"hits": hits, "misses": misses, "keys": own,
                      "foreign_keys": len(self.server.keys("*")) - own if self.server.process is not None else 0},
            "model_runs": self.ran_model,
        }  # fmt: skip


def prepare(context: Context, server: Server, model: SlowModel) -> Bench:
    """Start clients and baselines, each with connections of its own."""
    baseline = context.lab.folder / "baseline.py"
    programs = {CLIENTS[0]: None, CLIENTS[1]: None, "direct": baseline, "control": baseline}
    workers: dict[str, Worker] = {}
    for name, program in programs.items():
        sockets = {f"redis-{i}": server.connect() for i in range(CONNECTIONS)} | {"model": model.connect()}
        (workers[name],) = context.start_workers({name: program}, sockets=sockets)
        _close_own(sockets)
        workers[name].call("connect", timeout=context.within(CALL_SECONDS), redis=CONNECTIONS)
    prefix = f"lab:{secrets.token_hex(4)}:"
    return Bench(context, server, model, workers, Ledger(model), prefix, server.counters())


def _close_own(sockets: dict[str, socket.socket]) -> None:
    """Close the referee's copies: the worker has its own, and the other side shall see when it ends."""
    for each in sockets.values():
        each.close()
