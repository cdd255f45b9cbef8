"""Runs in the referee: builds, checks small inputs and byte counts, then times the kernel against eager torch."""

from __future__ import annotations

import numpy as np
import truth
from bench import Timing, prepare
from cases import Case, small
from judge import SPEEDUP

from graders.answers import LARGEST
from graders.arena import Slot
from graders.checks import compare
from graders.context import Context
from graders.errors import SolutionError
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.process import Worker
from graders.verdict import MAX_CONTROL_WIDTH

BUILD_SECONDS, CALL_SECONDS = 50.0, 30.0  # a compiler may work on a new shape in its first call
TRAFFIC_CASES = 12


def run(context: Context) -> Samples:
    """Measure one solution; ends early when an output or a count is wrong."""
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    context.phase("build", 1, 3)
    built = {name: worker.call("build", timeout=context.within(BUILD_SECONDS)) for name, worker in workers.items()}
    samples: Samples = {
        "build_s": built["solution"].seconds,
        "profile": context.profile,
        "device": context.device,
        "outputs": [],
        "changed": [],
    }
    context.phase("correctness", 2, 3)
    cases = small(context.rng)
    for index, case in enumerate(cases):
        _apply(context, workers["solution"], case, samples)
        context.progress(index + 1, len(cases), case.group)
    samples["traffic"] = _traffic(context, workers["solution"])
    if not _wrong(samples):
        context.phase("speed", 3, 3)
        _speed(context, workers, samples)
    return samples


def _apply(context: Context, worker: Worker, case: Case, samples: Samples) -> None:
    """One small call into a poisoned output; the inputs must come back unchanged."""
    arena = worker.arena
    mark = arena.mark()
    inputs = {name: getattr(case, name) for name in ("x", "scale", "bias", "residual")}
    slots = {name: _shifted(worker, values.shape, case.shift) for name, values in inputs.items()}
    for name, values in inputs.items():
        arena.view(slots[name])[...] = values
    slots["out"] = _shifted(worker, case.x.shape, case.shift)
    arena.poison(slots["out"])
    told = {name: slot.describe() for name, slot in slots.items()}
    worker.call("apply", timeout=context.within(CALL_SECONDS), shift=case.shift, **told)
    right, slack = truth.expected(**inputs)
    found = compare(case.words, arena.view(slots["out"]).copy(), right, relative=0.0, absolute=slack)
    samples["outputs"].append({"group": case.group, **found.as_dict()})
    changed = [name for name, values in inputs.items() if arena.view(slots[name]).tobytes() != values.tobytes()]
    samples["changed"].append({"case": case.words, "inputs": changed})
    arena.reset(mark)


def _shifted(worker: Worker, shape: tuple[int, ...], shift: int) -> Slot:
    """A place ``shift`` floats behind a 64-byte boundary."""
    whole = worker.arena.place("float32", (int(np.prod(shape)) + shift,))
    return Slot(whole.offset + shift * truth.FLOAT_BYTES, "float32", shape)


def _traffic(context: Context, worker: Worker) -> list[list[list[int]]]:
    """[shape, told, right] for small and random shapes."""
    drawn = context.rng.integers(1, 5000, (TRAFFIC_CASES, 2)).tolist()
    shapes = [[1, 1], [2, 3], *drawn]
    body = worker.call("traffic", timeout=context.within(CALL_SECONDS), shapes=shapes).body
    pairs = body["pairs"]
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(n) is int and abs(n) <= LARGEST for n in pair):
            raise SolutionError("traffic answered with something else than two integers")
    return [[shape, pair, list(truth.traffic(*shape))] for shape, pair in zip(shapes, pairs, strict=True)]


def _wrong(samples: Samples) -> bool:
    return (
        any(not each["worst"] <= 1 for each in samples["outputs"])
        or any(each["inputs"] for each in samples["changed"])
        or any(told != right for _, told, right in samples["traffic"])
    )


def _speed(context: Context, workers: dict[str, Worker], samples: Samples) -> None:
    timing = prepare(context, workers)
    samples["ceilings"] = context.ceilings().as_dict()
    samples["shape"] = [timing.large.rows, timing.large.columns]
    before = context.scheduling(context.workers)
    rounds = _rounds(context, timing)
    samples["scheduling"] = vars(context.scheduling(context.workers) - before)
    samples |= {
        "seconds": rounds.samples,
        "orders": rounds.orders,
        "calls": timing.counts[: len(rounds)],
        "timed": [each.as_dict() for each in timing.compared],
        "late": timing.late,
        "spoilt": timing.spoilt,
    }


def _rounds(context: Context, timing: Timing) -> Rounds:
    arms = {name: (lambda name=name: timing.seconds(name)) for name in ("solution", "baseline", "control")}

    def after_round(done: int, total: int) -> None:
        timing.next_round()
        context.progress(done, total, "rounds of solution, baseline, control and copy")

    def enough(rounds: Rounds) -> bool:
        ratio, control = rounds.ratio("baseline", "solution"), rounds.ratio("control", "baseline")
        context.point("x eager", len(rounds), ratio.estimate)
        # Only a close miss needs a quiet machine to be called one.
        clear = ratio.low >= SPEEDUP or 2 * ratio.high < SPEEDUP
        steady = clear or control.relative_width <= MAX_CONTROL_WIDTH
        return steady and not ratio.overlaps(SPEEDUP, SPEEDUP)

    least, most, seconds = (12, 32, 9.0) if context.quick else (40, 150, 90.0)
    timing.next_round()
    return interleave(
        {**arms, "copy": timing.copy_seconds},
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=lambda: timing.broken,
        after_round=after_round,
    )
