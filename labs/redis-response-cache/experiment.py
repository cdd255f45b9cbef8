"""Runs in the referee: two clients of the solution, one Redis, one slow model, and a ledger of what must happen."""

from __future__ import annotations

import time
from dataclasses import asdict

import numpy as np
from bench import CLIENTS, Bench, prepare
from design import BUILT, MODEL_SECONDS, SHORT_TTL, TRACES
from judge import control, counting_checks, time_checks
from redis_server import Server, open_server
from replay import Step, built_trace, draw_inputs, fresh_item, zipf_trace
from slow_model import Item, SlowModel

from graders.context import Context
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.sandbox import end_group
from graders.scheduling import Scheduling
from graders.verdict import MAX_CONTROL_WIDTH

SHORT_ITEMS = 8
HITS_IN_A_ROW = 4
TRACE_LENGTH = {0.1: 40, 0.5: 50, 0.9: 100}  # by hit ratio; long enough for some of the rarer kind


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("start Redis, the model and two clients", 1, 4)
    with open_server(context) as server:
        model = SlowModel(context.rng.bytes(16), MODEL_SECONDS)
        try:
            return _run(context, server, model)
        finally:
            model.close()


def _run(context: Context, server: Server, model: SlowModel) -> Samples:
    bench = prepare(context, server, model)
    try:
        return _sample(bench)
    finally:
        if server.process is None:
            server.delete(bench.prefix + "*")


def _sample(bench: Bench) -> Samples:
    context = bench.context
    context.phase(f"expiry after {SHORT_TTL:g} s", 2, 4)
    _expire(bench)
    if bench.broken():
        return bench.counting()
    context.phase("prices and replay", 3, 4)
    watched = list(bench.workers.values())
    before = context.scheduling(watched)
    rounds = _measure(bench)
    busy = context.scheduling(watched) - before
    samples = {**_timed(bench, rounds), **bench.counting(), "scheduling": asdict(_while_asleep(busy)),
               "profile": context.profile}  # fmt: skip
    if all(check.passed for check in counting_checks(samples)):
        context.phase("Redis goes away", 4, 4)
        samples["down"] = _go_away(bench)
    return samples


def _timed(bench: Bench, rounds: Rounds) -> Samples:
    return {"seconds": rounds.samples, "orders": rounds.orders, "replay": bench.seen}


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
        so_far = _timed(bench, rounds)
        steady = control(so_far).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in time_checks(so_far))

    arms = {
        "miss": lambda: _miss(bench),
        "hit": lambda: _hit(bench),
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


def _hit(bench: Bench) -> float:
    """Mean of a few hits in a row: the first one after a run of the model is the slowest, in a trace as well."""
    picks = bench.context.rng.integers(len(bench.warm), size=HITS_IN_A_ROW)
    return sum(bench.ask(bench.warm[int(pick)])[0] for pick in picks) / HITS_IN_A_ROW


def _slices(bench: Bench, count: int) -> list[list[tuple[str, Step]]]:
    """Cut all traces into ``count`` slices and shuffle the traces, not their order, within each slice."""
    rng, quick = bench.context.rng, bench.context.quick
    traces = {"zipf": zipf_trace(rng, 384 if quick else 3000, 6 if quick else 40)}
    for name, ratio in zip(TRACES[1:], BUILT, strict=True):
        traces[name] = built_trace(rng, TRACE_LENGTH[ratio] * (1 if quick else 6), ratio, bench.warm)
    cuts = {name: np.array_split(np.arange(len(steps)), count) for name, steps in traces.items()}
    slices = []
    for i in range(count):
        names = [name for name in traces for _ in cuts[name][i]]
        rng.shuffle(names)
        rest = {name: iter(cuts[name][i]) for name in traces}
        slices.append([(name, traces[name][next(rest[name])]) for name in names])
    return slices


def _go_away(bench: Bench) -> Samples | None:
    """Stop Redis and ask for stored and for new items; a server that the lab did not start is left alone (None)."""
    if bench.server.process is None:
        bench.context.log("Redis was not started by this lab and is not stopped: the check redis-down is left out")
        return None
    end_group(bench.server.process)
    items = [*bench.warm[-3:], *(fresh_item(bench.context.rng) for _ in range(3))]
    wrong, example = 0, ""
    for item in items:
        for name in CLIENTS:
            answered = bench.call(bench.workers[name], item)
            if answered.data != bench.model.answer(item):
                wrong, example = wrong + 1, answered.failed or "a wrong answer"
    return {"asked": 2 * len(items), "wrong": wrong, "example": example}


def _while_asleep(seen: Scheduling) -> Scheduling:
    """Relate the strangers' time to all of the cores' time: workers that mostly sleep hardly keep a core busy."""
    foreign = seen.core_busy_s - seen.own_s
    return Scheduling(0, seen.core_total_s - foreign, seen.core_total_s, seen.core_total_s)
