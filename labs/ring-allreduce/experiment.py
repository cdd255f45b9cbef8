"""Runs in the referee: rings and trees of the learner over the wire, then the ring over gloo."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from cases import Case, Floats, draw_cases, draw_inputs, exact_sum, formula_cases, sum_budget

from graders import answers
from graders.arena import Slot
from graders.checks import compare
from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Samples
from graders.process import Reply, Worker
from graders.switch import Link
from graders.wire import DeadlockError, Wire, WireRun

RANKS = {"quick": 5, "full": 8}
CALL_SECONDS = 10.0
GLOO_SECONDS = 30.0
GLOO_RANKS = {"quick": 2, "full": 4}
SWEEP = (1_000, 4_000, 16_000, 64_000, 256_000)  # elements of the curve over sizes, a multiple of 4 ranks each
SWEEP_RANKS = 4
SWEEP_ROUNDS = {"quick": 3, "full": 9}
LINK = Link(5e-6, 1e-10)  # 5 us and 10 GB/s: one hop of a fast network


def run(context: Context) -> Samples:
    """Measure one solution; ends early at the first wrong sum. Raises SubmissionError when it dies or hangs."""
    context.phase("start ranks", 1, 4)
    most = RANKS[context.profile]
    wire = Wire(context.start_workers({f"rank{i}": None for i in range(most)}))
    samples: Samples = {"runs": [], "sweep": [], "deadlock": None, "formulas": [], "gloo": None}
    try:
        for index, function in enumerate(("ring_all_reduce", "tree_all_reduce")):
            context.phase(function, index + 2, 4)
            if not _run_cases(context, wire, draw_cases(function, context.rng, most), samples["runs"]):
                return samples
        samples["formulas"] = _formulas(context, wire.workers[0])
        _sweep(context, wire, samples["sweep"])
    except DeadlockError as error:
        samples["deadlock"] = str(error)
        return samples
    if importlib.util.find_spec("torch"):
        context.phase("gloo", 4, 4)
        samples["gloo"] = _gloo(context)
    return samples


def _run_cases(context: Context, wire: Wire, cases: list[Case], runs: list[dict[str, Any]]) -> bool:
    for done, case in enumerate(cases):
        link = LINK if case.function == "ring_all_reduce" else Link()
        found = _run(context, wire, case, link)
        runs.append(found)
        context.progress(done + 1, len(cases), str(case))
        if found["worst"] > 1 or not found["same"] or found["changed"]:
            return False
    return True


def _run(context: Context, wire: Wire, case: Case, link: Link) -> dict[str, Any]:
    """One run with fresh inputs on workers in a random order."""
    inputs = draw_inputs(case, context.rng)
    workers = [wire.workers[i] for i in context.rng.permutation(len(wire.workers))[: case.n]]
    marks = [worker.arena.mark() for worker in workers]
    requests, outs = [], []
    for worker, x in zip(workers, inputs, strict=True):
        slot, out = worker.arena.store(x), worker.arena.place("float32", x.shape)
        worker.arena.poison(out)
        outs.append((slot, out))
        requests.append({"function": case.function, "x": slot.describe(), "out": out.describe()})
    done = wire.run("all_reduce", requests, timeout=context.within(CALL_SECONDS), workers=workers, link=link)
    after = [worker.arena.view(slot).copy() for worker, (slot, _) in zip(workers, outs, strict=True)]
    got = [worker.arena.view(out).copy() for worker, (_, out) in zip(workers, outs, strict=True)]
    for worker, mark in zip(workers, marks, strict=True):
        worker.arena.reset(mark)
    return {**_describe(case, link, done), **_judge_sums(case, inputs, after, got)}


def _describe(case: Case, link: Link, done: WireRun) -> dict[str, Any]:
    ranks = range(case.n)
    return {
        **vars(case),
        "case": str(case),
        "link": [link.latency, link.seconds_per_byte],
        "bytes": [done.bytes_sent(rank) for rank in ranks],
        "messages": [done.messages_sent(rank) for rank in ranks],
        "targets": [sorted(done.targets(rank)) for rank in ranks],
        "unread": done.unread,
        "model_seconds": done.model_seconds,
        "seconds": done.seconds,
    }


def _judge_sums(case: Case, inputs: list[Floats], after: list[Floats], got: list[Floats]) -> dict[str, Any]:
    right = exact_sum(inputs)
    budget = sum_budget(inputs) if case.values == "floats" else 1e-9
    compared = [
        compare(f"{case}, rank {rank}", each, right, relative=0.0, absolute=budget) for rank, each in enumerate(got)
    ]
    worst = max(compared, key=lambda each: each.worst)
    bits = [each.tobytes() for each in got]
    changed = [rank for rank, (x, now) in enumerate(zip(inputs, after, strict=True)) if x.tobytes() != now.tobytes()]
    return {
        "comparison": worst.as_dict(),
        "worst": worst.as_dict()["worst"],
        "same": all(each == bits[0] for each in bits),
        "changed": changed,
    }


def _formulas(context: Context, worker: Worker) -> list[dict[str, Any]]:
    cases = formula_cases(context.rng)
    reply = worker.call("formulas", timeout=context.within(CALL_SECONDS), cases=[case[:-1] for case in cases])
    values = reply.body.get("values")
    if not isinstance(values, list) or len(values) != len(cases) or not all(isinstance(v, float) for v in values):
        raise SolutionError("the answer holds no number for each formula")
    found = []
    for case, value in zip(cases, values, strict=True):
        name, *arguments, right = case
        shown = f"{name}({', '.join(f'{argument:.6g}' for argument in arguments)})"
        compared = compare(shown, np.array([value]), np.array([right]), relative=1e-9, absolute=0.0)
        found.append({"function": name, **compared.as_dict()})
    return found


def _sweep(context: Context, wire: Wire, points: list[dict[str, Any]]) -> None:
    """Both algorithms over sizes; the wall time here is told, the model clock is exact."""
    arms = [(f, size) for f in ("ring_all_reduce", "tree_all_reduce") for size in SWEEP]
    for _ in range(SWEEP_ROUNDS[context.profile]):
        for index in context.rng.permutation(len(arms)):
            function, size = arms[index]
            points.append(_run(context, wire, Case(function, SWEEP_RANKS, size, "floats"), LINK))
            context.point(function, 4 * size, points[-1]["model_seconds"])


def _gloo(context: Context) -> dict[str, Any]:
    """The learner's ring over gloo in one more worker, beside dist.all_reduce on the same inputs."""
    size = GLOO_RANKS[context.profile]
    (worker,) = context.start_workers({"gloo": None})
    lengths = [int(context.rng.integers(2, 50)) * size + 1, 100_000 * size]
    cases = [Case("ring_all_reduce", size, length, "integers") for length in lengths]
    inputs = [draw_inputs(case, context.rng) for case in cases]
    slots = [[_place(worker, x) for x in arrays] for arrays in inputs]
    requests = [
        [
            {"function": "ring_all_reduce", **{name: slot.describe() for name, slot in row[rank].items()}}
            for row in slots
        ]
        for rank in range(size)
    ]
    reply = worker.call("gloo", timeout=context.within(GLOO_SECONDS), ranks=requests)
    if any(answers.integers(reply.body, "codes")):
        raise SolutionError(f"a rank ended early over gloo: exit codes {reply.body['codes']}")
    wrong = []
    for case, arrays, row in zip(cases, inputs, slots, strict=True):
        right = exact_sum(arrays)
        for rank, places in enumerate(row):
            own, library = (worker.arena.view(places[name]) for name in ("out", "library"))
            if not np.array_equal(own, right) or not np.array_equal(library, own):
                wrong.append(f"{case}, rank {rank}")
    return {
        "size": size,
        "wrong": wrong,
        "total": len(cases) * size,
        "seconds": reply.seconds,
        "nbytes": 4 * lengths[-1],
        **_gloo_times(reply),
    }


def _place(worker: Worker, x: Floats) -> dict[str, Slot]:
    places = {"x": worker.arena.store(x)}
    for name in ("out", "library"):
        places[name] = worker.arena.place("float32", x.shape)
        worker.arena.poison(places[name])
    return places


def _gloo_times(reply: Reply) -> dict[str, float | None]:
    """Seconds of the last case, from rank 0's marks; told, not graded."""
    marks = [item.at for item in reply.items[-3:]]
    if len(marks) < 3:
        return {"own_s": None, "library_s": None}
    return {"own_s": marks[1] - marks[0], "library_s": marks[2] - marks[1]}
