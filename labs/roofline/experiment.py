"""Runs in the referee: four kernels beside the referee's own, interleaved, and five formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from bench import Bench, choose_sizes
from formulas import FORMULAS, words
from judge import DEGREES, judge, timing_checks

from graders import hardware, machine
from graders.checks import compare
from graders.context import Context
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples

SMALL = (1, 2, 17, 1000)
SCALES = (1.0, 1e-6, 1e6)


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("start", 1, 4)
    sizes = choose_sizes(context.device, context.rng)
    programs = {"solution": None, **dict.fromkeys(("baseline", "control"), context.lab.folder / "baseline.py")}
    started = context.start_workers(programs, arena_bytes=sizes.arena_bytes)
    bench = Bench(context, sizes, dict(zip(programs, started, strict=True)))
    samples: Samples = {"sizes": asdict(sizes), "device": context.device, "datasheet": _datasheet(context)}
    context.phase("formulas", 2, 4)
    samples["formulas"] = _formulas(bench)
    context.phase("small arrays", 3, 4)
    _small(bench)
    samples["comparisons"] = _found(bench)
    if not any(check.state == "failed" for check in judge(samples).checks):
        context.phase("large arrays", 4, 4)
        samples["ceilings"] = context.ceilings().as_dict()
        before = context.scheduling(started)
        rounds = _measure(bench, samples)
        samples |= {"seconds": rounds.samples, "orders": rounds.orders}
        samples["scheduling"] = asdict(context.scheduling(started) - before)
    return {**samples, "comparisons": _found(bench)}


def _found(bench: Bench) -> dict[str, list[dict[str, Any]]]:
    return {kernel: [each.as_dict() for each in found] for kernel, found in bench.found.items()}


def _datasheet(context: Context) -> dict[str, Any] | None:
    gpu = machine.describe(context.device)["gpu"]
    known = hardware.find(gpu["name"]) if gpu and gpu["name"] else None
    if known is None:
        return None
    return {
        "name": known.name,
        "peak": known.flops.get("fp32"),
        "bandwidth": known.bandwidth_bytes_per_s,
        "source": known.source,
    }


def _formulas(bench: Bench) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for name, formula in FORMULAS.items():
        cases = formula.cases(bench.context.rng)
        answers = bench.formula(name, cases)
        found[name] = [
            compare(
                words(name, case), np.array(answer), np.array(float(formula.right(*case))), relative=1e-12, absolute=0.0
            ).as_dict()
            for case, answer in zip(cases, answers, strict=True)
        ]
    return found


def _small(bench: Bench) -> None:
    """Outputs that are checked whole: one element, odd sizes, several scales, the smallest first."""
    odd = int(bench.context.rng.integers(1001, 30_000)) * 2 + 1
    for n in (*SMALL, odd):
        bench.copy("solution", n)
        for shuffled in (False, True):
            bench.gather("solution", shuffled=shuffled, m=n)
        for scale in SCALES:
            bench.saxpy("solution", n, scale)
            for degree in (0, 1, int(bench.context.rng.integers(2, 64))):
                bench.polynomial("solution", degree, n, scale)


def _arms(bench: Bench, copies: list[str]) -> dict[str, Callable[[], float]]:
    """The solution's kernels and those of the two copies of the baseline, which swap their roles between rounds."""

    def baseline(kernel: Callable[..., float], copy: int, **options: int) -> Callable[[], float]:
        return lambda: kernel(copies[copy], **options)

    arms: dict[str, Callable[[], float]] = {
        "copy": partial(bench.copy, "solution"),
        "saxpy": partial(bench.saxpy, "solution"),
        "gather sequential": partial(bench.gather, "solution", shuffled=False),
        "gather random": partial(bench.gather, "solution", shuffled=True),
        "baseline copy": baseline(bench.copy, 0),
        "baseline polynomial": baseline(bench.polynomial, 0, degree=DEGREES[-1]),
        "baseline gather sequential": baseline(bench.gather, 0, shuffled=False),
        "baseline gather random": baseline(bench.gather, 0, shuffled=True),
        "control copy": baseline(bench.copy, 1),
        "control gather random": baseline(bench.gather, 1, shuffled=True),
    }
    return arms | {f"polynomial {degree}": partial(bench.polynomial, "solution", degree) for degree in DEGREES}


def _measure(bench: Bench, samples: Samples) -> Rounds:
    context, copies = bench.context, ["baseline", "control"]

    def after_round(done: int, total: int) -> None:
        copies[:] = swap_at_random((copies[0], copies[1]), context.rng)
        context.progress(done, total, "rounds of all kernels")

    def enough(rounds: Rounds) -> bool:
        for degree in DEGREES:
            seconds = float(np.median(rounds[f"polynomial {degree}"]))
            context.point("GFLOP/s", degree / 4, 2e-9 * degree * bench.sizes.elements / seconds)
        checks = timing_checks({**samples, "seconds": rounds.samples})
        return all(check.state != "undecided" for check in checks)

    least, most, seconds = (10, 24, 10.0) if context.quick else (24, 96, 90.0)
    return interleave(
        _arms(bench, copies),
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=bench.wrong,
        after_round=after_round,
    )
