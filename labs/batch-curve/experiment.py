"""Runs in the referee: the learner's batcher at 1, 4 and 8 against the referee's own unbatched server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from load import NEW_TOKENS, LoadGenerator, Tally, latency
from report import BATCHES, Curve, report

from graders import checks, statistics
from graders.checks import Check
from graders.context import Context
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Outcome
from graders.statistics import Interval
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH, Quietness

BURST = 16  # requests of a saturated burst: a multiple of every batch size, so no window is waited for
WINDOW = (0.025, 0.06)  # seconds; drawn anew for each round
RATIO_AT = {4: 1.1, 8: 1.3}
LATENCY_AT_LEAST = 0.9
LONE_WAIT = (0.9, 1.6)  # in windows: the upper end leaves room for a late wake-up


@dataclass
class Bench:
    """The three servers under load, the reference, and the raw latencies of saturated bursts."""

    context: Context
    reference: GreedyReference
    servers: dict[str, LoadGenerator]
    window_s: float = WINDOW[0]
    saturated: dict[int, list[float]] = field(default_factory=dict)
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
            self.saturated.setdefault(max_batch, []).extend(burst.latencies)
        return BURST * NEW_TOKENS / burst.makespan

    def service_latency(self, max_batch: int) -> float:
        """Median latency (s) when exactly one full batch arrives at an idle batcher."""
        return latency(self.servers["solution"].burst(max_batch, max_batch, self.window_s))

    def lone_latency(self) -> float:
        """Latency (s) of a single request at an idle batcher with max_batch 8."""
        return latency(self.servers["solution"].burst(1, 8, self.window_s))


def run(context: Context) -> Outcome:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("load", 1, 2)
    bench, load_seconds = _prepare(context)
    context.phase("serve", 2, 2)
    before = context.scheduling(context.workers)
    rounds = _measure(bench)
    # A batcher's threads take the core from each other, so their switches say nothing about the machine.
    busy = replace(context.scheduling(context.workers) - before, involuntary=0)
    outcome = Outcome(checks=_correctness(bench.tally))
    outcome.samples = {
        **rounds.samples,
        "orders": rounds.orders,
        "windows_s": bench.windows,
        "saturated_latency_s": {str(size): values for size, values in bench.saturated.items()},
    }
    if not outcome.wrong():
        outcome.quietness = Quietness(_control(rounds, context.rng), busy)
        outcome.checks += _time_checks(bench, rounds)
        report(_curve(bench, rounds), outcome, context, load_seconds)
    return outcome


def _prepare(context: Context) -> tuple[Bench, float]:
    config = GPTConfig(head_dim=32)
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    workers = context.start_workers(programs)
    weights = draw_weights(config, context.rng)
    servers = {name: LoadGenerator(context, config, worker) for name, worker in zip(programs, workers, strict=True)}
    seconds = [
        server.load(worker.arena.store(weights).describe())
        for server, worker in zip(servers.values(), workers, strict=True)
    ]
    return Bench(context, GreedyReference(config, weights), servers), seconds[0]


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
        steady = _control(rounds, context.rng).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in _time_checks(bench, rounds))

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


def _correctness(tally: Tally) -> list[Check]:
    large = tally.too_large
    return [
        checks.conserved_count(
            "nothing-lost", tally.sent, tally.received, tally.duplicated, tally.unknown, what="requests"
        ),
        checks.same_output(
            "tokens-equal", len(tally.wrong), tally.judged, what="answers", example="; ".join(tally.wrong[:1])
        ),
        checks.holds(
            "batch-limit",
            not large,
            large[0] if large else f"no batch of {tally.batches} exceeded max_batch",
            value=len(large),
            bound=0,
            unit="batches",
        ),
    ]


def _control(rounds: Rounds, rng: np.random.Generator) -> Interval:
    return rounds.ratio("tp1 control", "tp1 baseline", rng)


def _time_checks(bench: Bench, rounds: Rounds) -> list[Check]:
    rng = bench.context.rng
    waits = [
        (lone - alone) / window
        for lone, alone, window in zip(rounds["lone"], rounds["latency1"], bench.windows, strict=True)
    ]
    return [
        *(
            checks.ratio_at_least(
                f"tp{size}-over-tp1", rounds.ratio(f"tp{size}", "tp1 baseline", rng), bound, what=f"TP({size})/TP(1)"
            )
            for size, bound in RATIO_AT.items()
        ),
        checks.ratio_at_least(
            "latency8-over-latency1",
            rounds.ratio("latency8", "latency1", rng),
            LATENCY_AT_LEAST,
            what="latency(8)/latency(1)",
        ),
        checks.quantity_between(
            "lone-waits-window",
            statistics.median_interval(waits, rng),
            *LONE_WAIT,
            what="a lone request's extra wait with max_batch 8",
            unit="windows",
        ),
    ]


def _curve(bench: Bench, rounds: Rounds) -> Curve:
    rng = bench.context.rng
    return Curve(
        rounds=len(rounds),
        baseline=statistics.median_interval(rounds["tp1 baseline"], rng),
        throughput={size: statistics.median_interval(rounds[f"tp{size}"], rng) for size in BATCHES},
        ratio={size: rounds.ratio(f"tp{size}", "tp1 baseline", rng) for size in BATCHES},
        latency={size: statistics.median_interval(rounds[f"latency{size}"], rng) for size in BATCHES},
        saturated=bench.saturated,
        lone=statistics.median_interval(rounds["lone"], rng),
    )
