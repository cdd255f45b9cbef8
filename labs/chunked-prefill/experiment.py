"""Runs in the referee: audits the learner's schedules, then replays one on a trusted engine beside uncut prompts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import findings
from bench import CALL_SECONDS, Bench, Replay, whole_prompts
from policy import Trace, random_trace, schedule_of, starving_trace, timed_trace

from graders.answers import integer
from graders.context import Context
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.process import Worker
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH

CONFIG = GPTConfig(layers=4, heads=4, head_dim=32, context=768)
RANDOM_TRACES = 4
SWEPT = (16, 32, 64, 128, 256, 512)  # chunk tokens on top of the slots, for the trade-off curve


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("schedules", 1, 3)
    engine = context.lab.folder / "engine.py"
    workers = context.start_workers({"solution": None, "engine": engine, "second engine": engine})
    bench = _load(context, workers)
    samples: Samples = {"audits": _audits(bench)}
    if any(not check.passed for check in findings.facts(samples)):
        return samples
    context.phase("budget", 2, 3)
    trace = timed_trace(context.rng)
    samples |= _choose_budget(bench, trace)
    trace = replace(trace, budget=samples["chosen"])
    if not findings.budget_usable(samples):
        return samples
    audit = bench.drive(trace)
    samples["audits"].append(audit.as_samples())
    if any(not check.passed for check in findings.facts(samples)):
        return samples
    context.phase("max inter-token latency", 3, 3)
    before = context.scheduling(workers)
    samples |= _measure(bench, trace, audit.steps)
    samples["scheduling"] = vars(context.scheduling(workers) - before)
    samples["tokens"] = {"judged": bench.judged, "wrong": len(bench.wrong), "examples": bench.wrong[:3]}
    samples["decision_s"] = sorted(bench.decisions)[len(bench.decisions) // 2] - workers[0].round_trip()
    return samples | {"sweep": _sweep(bench, trace)}


def _load(context: Context, workers: list[Worker]) -> Bench:
    scheduler, *engines = workers
    weights = draw_weights(CONFIG, context.rng)
    for engine in engines:
        slot = engine.arena.store(weights).describe()
        engine.call("load", timeout=context.within(CALL_SECONDS), config=CONFIG.as_dict(), weights=slot)
    return Bench(context, CONFIG, GreedyReference(CONFIG, weights), scheduler, (engines[0], engines[1]))


def _audits(bench: Bench) -> list[dict[str, Any]]:
    """Every rule on loads that nobody can prepare for; all of them run, so that all broken rules are seen."""
    rng = bench.context.rng
    traces = [random_trace(rng, number + 1) for number in range(RANDOM_TRACES)] + [starving_trace(rng)]
    return [bench.drive(trace).as_samples() for trace in traces]


def _choose_budget(bench: Bench, trace: Trace) -> dict[str, Any]:
    profile = bench.profile(max(each.prompt for each in trace.requests))
    reply = bench.scheduler.call(
        "budget",
        timeout=bench.context.within(CALL_SECONDS),
        step_seconds=sorted(profile.items()),
        max_running=trace.max_running,
    )
    chosen = integer(reply.body, "budget")
    return {"profile_s": sorted(profile.items()), "chosen": chosen, "max_running": trace.max_running}


def _measure(bench: Bench, trace: Trace, steps: list[list[tuple[int, int]]]) -> dict[str, Any]:
    context, uncut = bench.context, whole_prompts(trace)
    gaps: dict[str, list[float]] = {}
    throughput: dict[str, list[float]] = {}
    first_token: dict[str, list[float]] = {}
    shown: dict[str, list[float]] = {}

    def arm(name: str, schedule: list[list[tuple[int, int]]], copy: int) -> Callable[[], float]:
        def once() -> float:
            found: Replay = bench.replay(bench.engines[copy], trace, schedule, judge=name == "chunked")
            gaps.setdefault(name, []).append(max(found.gaps))
            throughput.setdefault(name, []).append(found.throughput)
            first_token.setdefault(name, []).append(max(found.waits))
            shown[name] = found.ends
            return found.ends[-1]

        return once

    arms = {
        "chunked": arm("chunked", steps, 0),
        "uncut": arm("uncut", uncut, 0),
        "control": arm("control", uncut, 1),
    }

    def collected() -> dict[str, Any]:
        return {"max_gap_s": gaps, "tokens_per_s": throughput, "longest_ttft_s": first_token}

    def after_round(done: int, total: int) -> None:
        for name in ("chunked", "uncut"):
            context.point(f"max inter-token latency {name}, ms", done, gaps[name][-1] * 1e3)
        context.progress(done, total, "rounds of both schedules")
        bench.next_round()

    def enough(rounds: Rounds) -> bool:
        steady = rounds.ratio("control", "uncut").relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in findings.timing(collected()))

    least, most, seconds = (8, 40, 8.0) if context.quick else (40, 160, 80.0)
    rounds = interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=lambda: bool(bench.wrong),
        after_round=after_round,
    )
    return collected() | {"seconds": rounds.samples, "orders": rounds.orders, "step_ends_s": shown}


def _sweep(bench: Bench, trace: Trace) -> list[dict[str, float]]:
    """The trade-off, not graded: the referee's own policy at several budgets, three replays each, the median counts."""
    found = []
    for chunk in SWEPT if not bench.wrong else ():
        swept = replace(trace, budget=chunk + trace.max_running)
        replays = [bench.replay(bench.engines[0], swept, schedule_of(swept)) for _ in range(3)]
        typical = {
            "max_gap_s": sorted(max(each.gaps) for each in replays)[1],
            "tokens_per_s": sorted(each.throughput for each in replays)[1],
        }
        found.append({"budget": swept.budget, **typical})
    return found
