"""Runs in the referee: two clients of the solution, one Redis, one slow model, and a ledger of what must happen."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from ledger import Ledger
from replay import BUILT, Step, built_trace, draw_inputs, fresh_item, zipf_trace
from report import TRACES, Prices, gain_at, report
from slow_model import Item, SlowModel

from graders import checks, service
from graders.checks import Check
from graders.context import Context
from graders.errors import UsageError
from graders.measurement import Rounds, interleave
from graders.outcome import Outcome
from graders.process import Worker
from graders.resp import Address, Redis, RedisError
from graders.sandbox import end_group
from graders.verdict import MAX_CONTROL_WIDTH, Quietness

MODEL_SECONDS = 0.025
LONG_TTL = 120.0  # longer than the whole lab
SHORT_TTL = 1.0
SHORT_ITEMS = 8
SPEEDUP = 5.0
MISS_OVERHEAD = 1.25
MEAN_TOLERANCE = 0.15
CALL_SECONDS = 10.0
CLIENTS = ("solution", "second")


@dataclass(frozen=True)
class Server:
    """The Redis in use; ``process`` is None for one that the lab did not start and therefore never stops."""

    address: Address
    admin: Redis
    process: subprocess.Popen[bytes] | None

    def counters(self) -> tuple[int, int]:
        """Return keyspace_hits and keyspace_misses."""
        lines = self.admin.command("INFO", "stats").decode().splitlines()
        stats = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(stats["keyspace_hits"]), int(stats["keyspace_misses"])

    def keys(self, pattern: str) -> list[bytes]:
        """Return the keys that match, by SCAN."""
        cursor, found = b"0", set()
        while True:
            cursor, page = self.admin.command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found.update(page)
            if cursor == b"0":
                return sorted(found)

    def delete(self, pattern: str) -> None:
        """Delete the keys that match."""
        for key in self.keys(pattern):
            self.admin.command("DEL", key)


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

    def call(self, worker: Worker, item: Item, ttl: float) -> tuple[float, float, bytes | None]:
        """Send one request; returns the referee's clock before and after, and the answer."""
        timeout = self.context.within(CALL_SECONDS)
        reply = worker.call("ask", timeout=timeout, item=item.as_dict(), prefix=self.prefix, ttl_ms=round(ttl * 1000))
        text = reply.body.get("answer")
        return reply.started, reply.finished, None if text is None else b64decode(text)

    def ask(self, item: Item, ttl: float = LONG_TTL) -> tuple[float, bool]:
        """Ask one of the clients; returns its latency in seconds and whether it must have been a hit."""
        calls = self.model.calls
        sent, received, answer = self.call(self.client(), item, ttl)
        ran = self.model.calls - calls
        self.ran_model += ran
        return received - sent, self.ledger.record(item, ttl, sent, received, answer, ran_model=ran > 0)

    def direct(self, worker: str) -> float:
        """Ask the referee's own client, which has no cache; returns seconds."""
        sent, received, _ = self.call(self.workers[worker], fresh_item(self.context.rng), LONG_TTL)
        return received - sent

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


def run(context: Context) -> Outcome:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("start Redis, the model and two clients", 1, 4)
    with _server(context) as server:
        model = SlowModel(context.rng.bytes(16), MODEL_SECONDS)
        try:
            return _run(context, server, model)
        finally:
            model.close()


def _run(context: Context, server: Server, model: SlowModel) -> Outcome:
    bench = _prepare(context, server, model)
    try:
        return _grade(bench)
    finally:
        if server.process is None:
            server.delete(bench.prefix + "*")


def _grade(bench: Bench) -> Outcome:
    context = bench.context
    outcome = Outcome()
    context.phase(f"expiry after {SHORT_TTL:g} s", 2, 4)
    _expire(bench)
    rounds = None
    if not bench.broken():
        context.phase("prices and replay", 3, 4)
        watched = list(bench.workers.values())
        before = context.scheduling(watched)
        rounds = _measure(bench)
        busy = context.scheduling(watched) - before
    outcome.checks = _counting_checks(bench)
    if rounds is None or outcome.wrong():
        return outcome
    context.phase("Redis goes away", 4, 4)
    outcome.checks += _down_check(bench)
    outcome.checks += _time_checks(bench, rounds)
    outcome.quietness = Quietness(rounds.ratio("direct", "control", context.rng), busy)
    outcome.samples = {"seconds": rounds.samples, "orders": rounds.orders, "replay": bench.seen}
    report(outcome, context, Prices(rounds), bench.seen, model_seconds=MODEL_SECONDS)
    return outcome


@contextmanager
def _server(context: Context) -> Iterator[Server]:
    url = context.options.get("redis_url")
    if url is not None:
        address = Address.parse(url)
        if not _answers(address):
            raise UsageError(f"no Redis answers PING at {address.host}:{address.port}; check redis_url and the password")
        yield Server(address, Redis(address), None)
        return
    program = str(shutil.which("redis-server"))
    with service.running(
        lambda port, folder: [program, "--port", str(port), "--bind", service.LOOPBACK, "--dir", str(folder),
                              "--save", "", "--appendonly", "no", "--daemonize", "no"],
        lambda port: _answers(Address(service.LOOPBACK, port)),
        name="redis-server",
    ) as (process, port):  # fmt: skip
        address = Address(service.LOOPBACK, port)
        yield Server(address, Redis(address), process)


def _answers(address: Address) -> bool:
    probe = Redis(address)
    try:
        return bool(probe.command("PING") == "PONG")
    except (OSError, RedisError):
        return False
    finally:
        probe.close()


def _prepare(context: Context, server: Server, model: SlowModel) -> Bench:
    baseline = context.lab.folder / "baseline.py"
    programs = {CLIENTS[0]: None, CLIENTS[1]: None, "direct": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    for worker in workers.values():
        worker.call("connect", timeout=context.within(CALL_SECONDS), redis=vars(server.address), model=model.address)
    prefix = f"lab:{secrets.token_hex(4)}:"
    return Bench(context, server, model, workers, Ledger(model), prefix, server.counters())


def _expire(bench: Bench) -> None:
    """Fill, replace the weights behind the cache's back, read within the time to live, and again after it."""
    items = [Item("tagger", 1, inputs) for inputs in draw_inputs(bench.context.rng, SHORT_ITEMS)]
    for item in items:
        bench.ask(item, SHORT_TTL)
    filled = time.perf_counter()
    for item in items:
        bench.model.replace_weights(item)
        bench.ledger.replaced(item, "ttl")
    # Read late, so that an expiry renewed by reading would reach well past the second look.
    time.sleep(SHORT_TTL / 2)
    for item in items:
        bench.ask(item, SHORT_TTL)
    time.sleep(max(0.0, filled + SHORT_TTL + 0.05 - time.perf_counter()))
    for item in items:
        bench.ask(item, SHORT_TTL)


def _measure(bench: Bench) -> Rounds:
    """Interleave the prices of a hit, a miss and no cache with slices of all traces, so that they share the weather."""
    context, rng = bench.context, bench.context.rng
    least, most, seconds = (32, 64, 12.0) if context.quick else (120, 240, 100.0)
    bench.warm = [fresh_item(rng) for _ in range(4)]
    for item in bench.warm:
        bench.ask(item)
    slices = _slices(bench, least)
    totals = [0, 0]

    def replay(done: int, total: int) -> None:
        for name, step in slices[done - 1] if done <= least else []:
            if step.kind == "update":
                bench.update(step.item)
                continue
            latency, hit = bench.ask(step.item)
            bench.seen[name].append((latency, hit))
            if name == "zipf":
                totals[:] = [totals[0] + hit, totals[1] + 1]
        context.point("hit ratio", totals[1], totals[0] / max(1, totals[1]))
        context.progress(done, total, "rounds of prices, each with a slice of the replay")

    def enough(rounds: Rounds) -> bool:
        steady = rounds.ratio("direct", "control", rng).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in _time_checks(bench, rounds))

    arms = {
        "miss": lambda: _miss(bench),
        "hit": lambda: bench.ask(bench.warm[int(rng.integers(len(bench.warm)))])[0],
        "direct": lambda: bench.direct("direct"),
        "control": lambda: bench.direct("control"),
    }
    return interleave(
        arms, rng, at_least=least, at_most=most, seconds=seconds, enough=enough,
        broken=bench.broken, after_round=replay,
    )  # fmt: skip


def _miss(bench: Bench) -> float:
    item = fresh_item(bench.context.rng)
    latency, _ = bench.ask(item)
    bench.warm.append(item)
    return latency


def _slices(bench: Bench, count: int) -> list[list[tuple[str, Step]]]:
    """Cut all traces into ``count`` slices and shuffle the traces, not their order, within each slice."""
    rng, quick = bench.context.rng, bench.context.quick
    traces = {"zipf": zipf_trace(rng, 384 if quick else 3000, 6 if quick else 40)}
    for name, ratio in zip(TRACES[1:], BUILT, strict=True):
        traces[name] = built_trace(rng, 50 if quick else 300, ratio, bench.warm)
    cuts = {name: np.array_split(np.arange(len(steps)), count) for name, steps in traces.items()}
    slices = []
    for i in range(count):
        names = [name for name in traces for _ in cuts[name][i]]
        rng.shuffle(names)
        rest = {name: iter(cuts[name][i]) for name in traces}
        slices.append([(name, traces[name][next(rest[name])]) for name in names])
    return slices


def _counting_checks(bench: Bench) -> list[Check]:
    ledger = bench.ledger
    hits, misses = bench.counted()
    what = {
        "answers": "wrong answers",
        "ttl": f"stale answers after a time to live of {SHORT_TTL:g} s",
        "invalidation": "stale answers after an invalidation",
        "version-bump": "answers of another version",
    }
    found: list[Check] = []
    for fault, text in what.items():
        count, example = ledger.faults[fault], ledger.examples.get(fault)
        message = f"{count} {text} in {ledger.lookups} lookups" + (f"; first: {example}" if example else "")
        found.append(checks.holds(fault, count == 0, message, value=count, bound=0, unit="answers"))
    formula = f"hits predicted from the trace in {ledger.lookups} lookups"
    found.append(checks.exact("keyspace-hits", hits, ledger.hits, unit="keyspace_hits", formula=formula))
    formula = "one GET for each lookup"
    found.append(checks.exact("one-lookup", hits + misses, ledger.lookups, unit="key lookups", formula=formula))
    formula = "one run for each predicted miss"
    found.append(checks.exact("model-runs", bench.ran_model, ledger.misses, unit="model runs", formula=formula))
    return [*found, _namespace_check(bench)]


def _namespace_check(bench: Bench) -> Check:
    own = len(bench.server.keys(bench.prefix + "*"))
    foreign = len(bench.server.keys("*")) - own if bench.server.process is not None else 0
    live = bench.ledger.live(time.perf_counter())
    message = f"{live} entries must be live; Redis holds {own} keys under the prefix and {foreign} outside it"
    return checks.holds("namespace", own >= live and foreign == 0, message, value=foreign, bound=0, unit="keys")


def _down_check(bench: Bench) -> list[Check]:
    """Stop Redis and ask for stored and for new items; a server that the lab did not start is left alone."""
    if bench.server.process is None:
        bench.context.log("Redis was not started by this lab and is not stopped: the check redis-down is left out")
        return []
    end_group(bench.server.process)
    items = [*bench.warm[-3:], *(fresh_item(bench.context.rng) for _ in range(3))]
    wrong, example = 0, ""
    for item in items:
        for name in CLIENTS:
            timeout = bench.context.within(CALL_SECONDS)
            body = bench.workers[name].call(
                "ask", timeout=timeout, item=item.as_dict(), prefix=bench.prefix, ttl_ms=60_000
            ).body
            if body.get("answer") is None or b64decode(body["answer"]) != bench.model.answer(item):
                wrong, example = wrong + 1, str(body.get("failed", "a wrong answer"))
    return [checks.same_output("redis-down", wrong, 2 * len(items), what="answers without Redis", example=example)]


def _time_checks(bench: Bench, rounds: Rounds) -> list[Check]:
    rng, prices = bench.context.rng, Prices(rounds)
    found = [
        checks.ratio_at_least("speedup", rounds.ratio("direct", "hit", rng), SPEEDUP, what="no cache / hit"),
        checks.ratio_at_most("miss-overhead", rounds.ratio("miss", "direct", rng), MISS_OVERHEAD, what="miss / no cache"),
    ]
    for name in TRACES:
        gain = gain_at(bench.seen[name], prices, rng)
        what = f"mean of trace {name}: {gain.measured * 1e3:.3g} ms against h*t_hit + (1-h)*t_miss = {gain.formula}; ratio"
        low, high = 1 - MEAN_TOLERANCE, 1 + MEAN_TOLERANCE
        found.append(checks.quantity_between(f"mean-{name}", gain.ratio, low, high, what=what, unit="x"))
    return found
