"""Runs in the referee: counts the kernels' loads, checks sums in two precisions, times blocked against naive C."""

from __future__ import annotations

from dataclasses import asdict

from bench import check_small, measure, prepare
from facts import facts
from kernels import KERNELS, ask_loads, run_products
from precision import run_sums

from graders.context import Context
from graders.outcome import Samples
from graders.simt.device import start_workers
from graders.simt.wire import Kernels


def run(context: Context) -> Samples:
    """Return the samples; a wrong answer ends the run before anything is timed."""
    samples: Samples = {}
    baseline = context.lab.folder / "baseline.py"
    roles = {"solution": None, "baseline": baseline, "control": baseline}
    traced, started = start_workers(context, KERNELS, roles)
    workers = dict(zip(roles, started, strict=True))
    context.phase("kernels", 1, 4)
    samples["launches"] = run_products(context, Kernels(traced))
    samples["loads"] = ask_loads(context, workers["solution"])
    context.phase("precision", 2, 4)
    samples["sums"] = run_sums(context, workers["solution"])
    if not all(check.passed for check in facts(samples)):
        return samples
    context.phase("C, small sizes", 3, 4)
    bench = prepare(context, workers)
    samples["c_outputs"] = bench.comparisons
    check_small(bench)
    if bench.wrong:
        return samples
    context.phase("C, time", 4, 4)
    samples["ceilings"] = context.ceilings().as_dict()
    before = context.scheduling(list(workers.values()))
    rounds = measure(bench)
    samples["scheduling"] = asdict(context.scheduling(list(workers.values())) - before)
    samples["size"] = bench.size
    samples["seconds"] = rounds.samples
    return samples
