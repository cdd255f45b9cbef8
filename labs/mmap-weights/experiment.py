"""Runs in the referee: formats and refusals, then who holds which pages, then what opening and reading cost."""

from __future__ import annotations

import secrets

from bench import MIB, MMAP_SIZES, READ_SIZES, TENSORS, Bench
from cases import cases
from correctness import HOWS, loaded, refusals, saved
from memory import memory_checks
from pages import hold, walk
from shelf import Shelf
from timing import measure

from graders.context import Context
from graders.outcome import Samples
from graders.process import Worker

DRAWN = 4
PHASES = 5


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    own = context.lab.folder / "baseline.py"
    names = {"solution": None, "twin": None, "baseline": own, "control": own}
    solution, twin, *baselines = context.start_workers(names)
    shelf = Shelf(solution.spec.directory.parent / f"shelf-{secrets.token_hex(4)}")
    try:
        samples = _correctness(context, solution, shelf)
        if _wrong(samples):
            return samples
        files = {size: shelf.weights(context.rng, size * MIB, TENSORS) for size in {*READ_SIZES, *MMAP_SIZES}}
        bench = Bench(context, solution, twin, (baselines[0], baselines[1]), files)
        context.phase("who holds which pages", 3, PHASES)
        samples["memory"] = hold(bench)
        if not all(check.passed for check in memory_checks(samples["memory"])):
            return samples
        context.phase("cold and warm", 4, PHASES)
        samples["walks"] = walk(bench)
        context.phase("interleaved opens and reads", 5, PHASES)
        samples.update(measure(bench))
        return samples
    finally:
        shelf.close()


def _correctness(context: Context, worker: Worker, shelf: Shelf) -> Samples:
    drawn = cases(context.rng, DRAWN if context.quick else 10 * DRAWN)
    context.phase("files that are written and read", 1, PHASES)
    samples: Samples = {"saved": [], "loaded": [], "refusals": []}
    for number, case in enumerate(drawn):
        samples["saved"].append(saved(context, worker, case))
        if _wrong(samples):
            return samples
        samples["loaded"] += [loaded(context, worker, shelf, case, how) for how in HOWS]
        context.progress(number + 1, len(drawn), "sets of tensors")
        if _wrong(samples):
            return samples
    context.phase("files that must be refused", 2, PHASES)
    samples["refusals"], samples["ran_pickle"] = refusals(context, worker, shelf)
    return samples


def _wrong(samples: Samples) -> bool:
    told = [*samples["saved"], *samples["loaded"]]
    return (
        any(each["wrong"] or each.get("problem") or each.get("misaligned") for each in told)
        or any(each["got"] != each["expected"] for each in samples["refusals"])
        or bool(samples.get("ran_pickle"))
    )
