"""Runs in the referee: sessions of load and requests, stamped from outside, beside the same pipeline without clocks."""

from __future__ import annotations

from functools import partial
from typing import Any

import findings
from bench import Bench, Model, Tongue

from graders import machine
from graders.context import Context
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.tinygpt import GPTConfig
from graders.verdict import MAX_CONTROL_WIDTH

CONFIG = GPTConfig(layers=2, heads=6, head_dim=64, vocab=896, context=704)  # 18 MB of weights, 640 merges
TORCH_THREADS = 1  # what every worker is given


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("first session", 1, 2)
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    bench = Bench(context, workers)
    # One session of each, in their first seconds of life: what only they cost shows in the plot of the requests.
    tongue = Tongue.invent(context.rng, CONFIG.vocab - 256)
    model = Model.draw(CONFIG, tongue, context.rng)
    for name in workers:
        bench.session(name, model)
    samples: Samples = {"config": CONFIG.as_dict(), "environment": _environment(context, bench)}
    samples |= _judged(bench)
    if any(not check.passed for check in findings.facts(samples)):
        return samples
    bench.sessions.clear()
    context.phase("sessions", 2, 2)
    before = context.scheduling(list(workers.values()))
    rounds = _measure(bench, tongue)
    samples |= {"scheduling": vars(context.scheduling(list(workers.values())) - before), **_judged(bench)}
    samples |= {"sessions": bench.sessions, "seconds": rounds.samples, "orders": rounds.orders}
    return samples | {"prefill_s_per_token": bench.per_request, "ceilings": context.ceilings().as_dict()}


def _environment(context: Context, bench: Bench) -> dict[str, Any]:
    here, versions = machine.describe(context.device), machine.versions()
    probe = {name: here[name] for name in ("cpu", "cores", "ram_bytes")}
    probe |= {name: versions[name] for name in ("python", "torch")}
    probe |= {"threads": TORCH_THREADS, "device": context.device, "dtype": "float32"}
    return {"told": bench.environment(), "probe": probe}


def _judged(bench: Bench) -> dict[str, Any]:
    wrong = {fact: {"count": len(found), "examples": found[:2]} for fact, found in bench.wrong.items()}
    return {"requests": bench.requests, "wrong": wrong}


def _measure(bench: Bench, tongue: Tongue) -> Rounds:
    context = bench.context
    models = [Model.draw(CONFIG, tongue, context.rng)]

    def serve(arm: str) -> float:
        return bench.session(arm, models[-1])

    arms = {name: partial(serve, name) for name in ("solution", "baseline", "control")}
    seconds: dict[str, list[float]] = {name: [] for name in arms}

    def after_round(done: int, total: int) -> None:
        for name, value in bench.sessions[-1]["requests"][-1]["stamped"].items():
            context.point(f"{name}, ms", done, value * 1e3)
        context.progress(done, total, "rounds of load and requests")
        models[:] = [Model.draw(CONFIG, tongue, context.rng)]
        bench.next_round()

    def enough(rounds: Rounds) -> bool:
        seconds.update(rounds.samples)
        steady = rounds.ratio("control", "baseline").relative_width <= MAX_CONTROL_WIDTH
        found = findings.timing({"sessions": bench.sessions, "seconds": seconds})
        return steady and all(check.state != "undecided" for check in found)

    least, most, limit = (8, 32, 9.0) if context.quick else (40, 120, 90.0)
    return interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=limit,
        enough=enough,
        broken=lambda: any(bench.wrong.values()),
        after_round=after_round,
    )
