"""Runs in the referee: correctness on small inputs, counts, then the memory of three long ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import oracle
from cases import Case, Draw
from memory import watch

from graders.answers import LARGEST
from graders.checks import compare
from graders.context import Context
from graders.errors import SolutionError, UnavailableError
from graders.outcome import Samples
from graders.process import Worker

SMALL_SECONDS, LONG_SECONDS = 10.0, 25.0
COUNTED = 20
ROWS_COMPARED = 512
RELATIVE = 2.0**-20  # eight roundings of float32
SQUARE, LONG, SHORT = 8192, 65536, 1024  # SQUARE**2 == LONG * SHORT scores
SWEEP = (1024, 2048, 4096)
VISIBLE_SHARE = 0.8


def run(context: Context) -> Samples:
    """Measure one solution; ends early when an output or a count is wrong."""
    worker, control = context.start_workers(
        {"solution": None, "control": context.lab.folder / "baseline.py"}, arena_bytes=64 << 20
    )
    draw = Draw(context.rng)
    context.phase("correctness", 1, 3)
    cases = draw.correctness()
    samples: Samples = {"outputs": [], "logsumexps": [], "memory": [], "profile": context.profile}
    for index, case in enumerate(cases):
        _attend(context, worker, case, samples)
        context.progress(index + 1, len(cases), case.group)
    context.phase("counts", 2, 3)
    samples["counts"] = _counts(context, worker, draw)
    if not _wrong(samples):
        context.phase("memory", 3, 3)
        _memory(context, {"solution": worker, "control": control}, draw, samples)
    return samples


def _attend(context: Context, worker: Worker, case: Case, samples: Samples) -> None:
    mark = worker.arena.mark()
    fields = _request(worker, case)
    worker.call("attend", timeout=context.within(SMALL_SECONDS), **fields["json"])
    _compare(worker, case, fields, samples, rows=None)
    worker.arena.reset(mark)


def _request(worker: Worker, case: Case) -> dict[str, Any]:
    """Put one case into the arena; the output places hold NaN."""
    arena = worker.arena
    slots = {name: arena.store(value) for name, value in (("q", case.q), ("k", case.k), ("v", case.v))}
    slots["out"] = arena.place("float32", case.q.shape)
    slots["lse"] = arena.place("float32", case.q.shape[:3])
    for name in ("out", "lse"):
        arena.poison(slots[name])
    told = {name: slot.describe() for name, slot in slots.items()}
    return {**slots, "json": {**told, "block_q": case.block_q, "block_k": case.block_k, "causal": case.causal}}


def _compare(
    worker: Worker, case: Case, fields: dict[str, Any], samples: Samples, rows: np.ndarray[Any, Any] | None
) -> None:
    """Compare output and logsumexp of all rows, or of ``rows``, with float64."""
    out, lse = (worker.arena.view(fields[name]).copy() for name in ("out", "lse"))
    if rows is not None:
        out, lse = out[:, :, rows], lse[:, :, rows]
    right = oracle.truth(case.q, case.k, case.v, case.causal, rows)
    found = compare(case.words, out, right.out, relative=RELATIVE, absolute=right.out_slack)
    samples["outputs"].append({"group": case.group, **found.as_dict()})
    found = compare(case.words, lse, right.lse, relative=RELATIVE, absolute=right.lse_slack)
    samples["logsumexps"].append({"group": case.group, **found.as_dict()})


def _counts(context: Context, worker: Worker, draw: Draw) -> dict[str, list[Any]]:
    """Ask each counting function for the same random sizes: [arguments, told, right]."""
    traffic = draw.traffic(COUNTED)
    asked: dict[str, tuple[list[list[Any]], Callable[..., tuple[int, int]]]] = {
        "tiled_traffic": (traffic, oracle.tiled_traffic),
        "standard_traffic": ([case[:3] for case in traffic], oracle.standard_traffic),
        "score_bytes": ([[case[0], case[1], case[3], case[4]] for case in traffic], oracle.score_bytes),
    }
    found: dict[str, list[Any]] = {}
    for name, (arguments, formula) in asked.items():
        body = worker.call("count", timeout=context.within(SMALL_SECONDS), function=name, cases=arguments).body
        told = [_pair(pair) for pair in body["pairs"]]
        right = [list(formula(*case)) for case in arguments]
        found[name] = [list(row) for row in zip(arguments, told, right, strict=True)]
    return found


def _pair(value: Any) -> list[int]:
    if isinstance(value, list) and len(value) == 2 and all(type(n) is int and abs(n) <= LARGEST for n in value):
        return value
    raise SolutionError("a counting function answered with something else than two integers")


def _wrong(samples: Samples) -> bool:
    compared = [*samples["outputs"], *samples["logsumexps"]]
    counted = [row for rows in samples["counts"].values() for row in rows]
    return any(not each["worst"] <= 1 for each in compared) or any(told != right for _, told, right in counted)


def _memory(context: Context, workers: dict[str, Worker], draw: Draw, samples: Samples) -> None:
    """Both on a sweep of square shapes, then the solution on three long ones with as many scores each."""
    for done, t in enumerate(SWEEP, start=1):
        case = draw.long(t, t, 64, 128, 128)
        for who, worker in workers.items():
            _watched(context, worker, who, "sweep", case, samples)
        context.progress(done, len(SWEEP) + 3, f"T = {t}")
    _require_visible(samples["memory"][-1])
    extra = int(context.rng.integers(1, 100))  # the last tile is ragged here, too
    shapes = {
        "square": (SQUARE + extra, SQUARE + extra, 64, 128, 128),
        "long-keys": (SHORT, LONG + extra, 8, SHORT, 128),
        "long-queries": (LONG + extra, SHORT, 8, 128, SHORT),
    }
    for done, (name, shape) in enumerate(shapes.items(), start=len(SWEEP) + 1):
        case = draw.long(*shape)
        _watched(context, workers["solution"], "solution", name, case, samples)
        if name == "square":
            _watched(context, workers["control"], "control", name, case, samples)
        context.progress(done, len(SWEEP) + 3, name)


def _require_visible(control: dict[str, Any]) -> None:
    """The referee's own score matrix must show, else nothing that is not seen means anything."""
    if control["grown"] < VISIBLE_SHARE * control["scores"][0]:
        why = f"a score matrix of {control['scores'][0]:,} bytes shows as {control['grown']:,} in the peak of /proc"
        raise UnavailableError("VmHWM", why, "run it on a Linux kernel of its own, not under an emulated /proc")


def _watched(context: Context, worker: Worker, who: str, name: str, case: Case, samples: Samples) -> None:
    mark = worker.arena.mark()
    fields = _request(worker, case)
    found = watch(worker, "attend", context.within(LONG_SECONDS), **fields["json"])
    t_q, t_k, d = case.q.shape[2], case.k.shape[2], case.q.shape[3]
    samples["memory"].append(
        {"who": who, "shape": name, "t_q": t_q, "t_k": t_k, "d": d, "block_q": case.block_q, "block_k": case.block_k,
         "scores": oracle.score_bytes(t_q, t_k, case.block_q, case.block_k), **found.as_dict()}
    )  # fmt: skip
    if who == "solution":
        rows = np.sort(context.rng.choice(t_q, min(t_q, ROWS_COMPARED), replace=False))
        _compare(worker, case, fields, samples, rows)
        context.point("MiB newly held", t_k, found.grown / (1 << 20))
    worker.arena.reset(mark)
