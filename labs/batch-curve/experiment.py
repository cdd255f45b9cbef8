"""Runs in the referee: the learner's batcher at 1, 4 and 8 against the referee's own unbatched server."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from math import prod

from design import BATCHES, BURST, NEW_TOKENS, WINDOW
from judge import control, time_checks
from load import LoadGenerator, Tally, latency

from graders import statistics
from graders.context import Context
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH

CONFIG = GPTConfig(head_dim=32)


@dataclass
class Bench:
    """The three servers under load, the reference, and the raw latencies of saturated bursts."""

    context: Context
    reference: GreedyReference
    servers: dict[str, LoadGenerator]
    window_s: float = WINDOW[0]
    saturated: dict[str, list[float]] = field(default_factory=dict)
    windows: list[float] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        """What became of the solution's requests."""
        return self.servers["solution"].tally

    def next_round(self) -> None:
        """Draw the window of the coming round and which of the two copies is its baseline."""
        self.window_s = float(self.context.rng.uniform(*WINDOW))
        copies = swap_at_random((self.servers["baseline"], self.servers["control"]), self.context.rng)
        self.servers["baseline"], self.servers["control"] = copies

    def throughput(self, server: str, max_batch: int) -> float:
        """Tokens per second of a saturated burst."""
        burst = self.servers[server].burst(BURST, max_batch, self.window_s)
        if server == "solution":
            self.saturated.setdefault(str(max_batch), []).extend(burst.latencies)
        return BURST * NEW_TOKENS / burst.makespan

    def service_latency(self, max_batch: int) -> float:
        """Median latency (s) when exactly one full batch arrives at an idle batcher."""
        return latency(self.servers["solution"].burst(max_batch, max_batch, self.window_s))

    def lone_latency(self) -> float:
        """Latency (s) of a single request at an idle batcher with max_batch 8."""
        return latency(self.servers["solution"].burst(1, 8, self.window_s))

    def samples(self, rounds: Rounds) -> Samples:
        """Every raw number so far."""
        return {
            **rounds.samples,
            "orders": rounds.orders,
            "windows_s": self.windows,
            "saturated_latency_s": self.saturated,
            "tally": self.tally.as_dict(),
        }


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("load", 1, 2)
    bench, load_seconds = _prepare(context)
    context.phase("serve", 2, 2)
    before = context.scheduling(context.workers)
    rounds = _measure(bench)
    # A batcher's threads take the core from each other, so their switches say nothing about the machine.
    busy = replace(context.scheduling(context.workers) - before, involuntary=0)
    return {
        **bench.samples(rounds),
        "scheduling": asdict(busy),
        "load_s": load_seconds,
        "matrix_parameters": _matrix_parameters(CONFIG),
        "ceilings": None if bench.tally.broken else context.ceilings().as_dict(),
        "profile": context.profile,
        "device": context.device,
    }


def _matrix_parameters(config: GPTConfig) -> int:
    """Weights that every step multiplies with, so has to read; of the embeddings it reads single rows only."""
    return sum(prod(shape) for name, shape in config.shapes().items() if name not in {"token", "position"})


def _prepare(context: Context) -> tuple[Bench, float]:
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    # The engine is in a worker of its own: the sizes of batches are counted where no batcher can edit them.
    pairs = {name: socket.socketpair() for name in programs}
    (engine,) = context.start_workers({"engine": baseline}, sockets={name: pair[0] for name, pair in pairs.items()})
    servers = {}
    for name, program in programs.items():
        (worker,) = context.start_workers({name: program}, sockets={"engine": pairs[name][1]})
        servers[name] = LoadGenerator(context, CONFIG, name, worker, engine)
    for each in (end for pair in pairs.values() for end in pair):
        each.close()
    weights = draw_weights(CONFIG, context.rng)
    loaded = engine.call(
        "load",
        timeout=context.within(20),
        config=CONFIG.as_dict(),
        weights=engine.arena.store(weights).describe(),
        new_tokens=NEW_TOKENS,
        clients=list(programs),
    )
    for server in servers.values():
        server.connect()
    return Bench(context, GreedyReference(CONFIG, weights), servers), loaded.seconds


def _measure(bench: Bench) -> Rounds:
    context = bench.context
    arms: dict[str, Callable[[], float]] = {
        "tp1 baseline": partial(bench.throughput, "baseline", 1),
        "tp1 control": partial(bench.throughput, "control", 1),
        "lone": bench.lone_latency,
    }
    for size in BATCHES:
        arms[f"tp{size}"] = partial(bench.throughput, "solution", size)
        arms[f"latency{size}"] = partial(bench.service_latency, size)

    def after_round(done: int, total: int) -> None:
        bench.servers["solution"].verify(bench.reference)
        bench.windows.append(bench.window_s)
        bench.next_round()
        context.progress(done, total, "rounds of bursts")

    def enough(rounds: Rounds) -> bool:
        for size in BATCHES:
            context.point("tokens per second", size, statistics.median(rounds[f"tp{size}"]))
        so_far = bench.samples(rounds)
        steady = control(so_far).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in time_checks(so_far))

    least, most, seconds = (12, 40, 14.0) if context.quick else (40, 200, 120.0)
    bench.next_round()
    return interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=lambda: bench.tally.broken,
        after_round=after_round,
    )
