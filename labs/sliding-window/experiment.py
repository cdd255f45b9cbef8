"""Runs in the referee: values, what the cache keeps, what the process's memory shows, and time against length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from attention import Case, draw_cases, error_budget, pairs, windowed
from judge import LENGTHS, judge, time_checks
from memory import CALL_SECONDS, feed, peaks, stream

from graders.answers import integer
from graders.checks import Comparison, compare
from graders.context import Context
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples
from graders.process import Worker

HEADS, HEAD_DIM, WINDOW, CHUNK = 2, 64, 256, 256
Workers = dict[str, Worker]


def run(context: Context) -> Samples:
    """Measure one solution; a mistake ends the run, but for a peak of memory, whose cause the times may show."""
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "memory": None, "baseline": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    samples: Samples = {"profile": context.profile, "comparisons": {}}
    for i, (name, step) in enumerate((("values", _values), ("memory", _memory), ("time", _time))):
        context.phase(name, i + 1, 3)
        step(context, workers, samples)
        if {check.id for check in judge(samples).checks if not check.passed} - {"peak-memory"}:
            break
    return samples


def _values(context: Context, workers: Workers, samples: Samples) -> None:
    """Outputs, contents and bytes of the cache, and the formula, at sizes that nobody can prepare for."""
    kinds: dict[str, list[Comparison]] = {"output": [], "chunked": [], "decode": [], "cache-contents": []}
    sizes = []
    for case in draw_cases(context.rng):
        inputs, comparison = feed(context, workers["solution"], case)
        kind = "decode" if case.prompt < case.tokens else "output" if case.chunk >= case.tokens else "chunked"
        kinds[kind].append(comparison)
        contents, nbytes = _inspect(context, workers["solution"], case, inputs)
        kinds["cache-contents"].append(contents)
        sizes.append({"case": str(case), "bytes": nbytes, "right": case.kept_bytes, "full": case.tokens >= case.window})
    samples["comparisons"] = {kind: [each.as_dict() for each in found] for kind, found in kinds.items()}
    samples |= {"sizes": sizes, "formula": _formula(context, workers["solution"])}


def _inspect(context: Context, worker: Worker, case: Case, inputs: Any) -> tuple[Comparison, int]:
    """Compare the cache with the last min(T, W) keys and values, which must come back unchanged."""
    arena, mark, kept = worker.arena, worker.arena.mark(), min(case.tokens, case.window)
    out = arena.place(case.dtype, (case.layers, 2, case.batch, case.heads, kept, case.head_dim))
    arena.poison(out)
    reply = worker.call("inspect", timeout=context.within(CALL_SECONDS), out=out.describe())
    right = np.stack([each[:, :, :, case.tokens - kept :] for each in inputs[1:]], axis=1)
    found = compare(str(case), arena.view(out).copy(), right, relative=0, absolute=0)
    arena.reset(mark)
    return found, integer(reply.body, "bytes")


def _formula(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """The formula below, at and above the window."""
    rows, window = [], int(context.rng.integers(100, 5000))
    for tokens in (window // 3, window, 7 * window):
        names = ("layers", "heads", "head_dim", "batch")
        sizes = {name: int(context.rng.integers(2, 65)) for name in names}
        sizes |= {"tokens": tokens, "window": window, "dtype_bytes": int(context.rng.choice([1, 2, 4]))}
        answer = integer(worker.call("cache_bytes", timeout=context.within(CALL_SECONDS), sizes=sizes).body, "bytes")
        rows.append({"sizes": sizes, "answer": answer})
    return rows


def _memory(context: Context, workers: Workers, samples: Samples) -> None:
    """In a worker of its own, which has done nothing before."""
    rows, found = peaks(context, workers["memory"])
    flow, more = stream(context, workers["memory"])
    samples |= {"peaks": rows, "stream": flow}
    samples["comparisons"]["chunked"] += [each.as_dict() for each in [*found, *more]]


def _time(context: Context, workers: Workers, samples: Samples) -> None:
    trips = {name: worker.round_trip() for name, worker in workers.items()}
    timed: list[Comparison] = []

    def after_round(done: int, total: int) -> None:
        workers["baseline"], workers["control"] = swap_at_random((workers["baseline"], workers["control"]), context.rng)
        context.progress(done, total, "rounds")

    def enough(rounds: Rounds) -> bool:
        samples["seconds"] = rounds.samples
        return all(check.state != "undecided" for check in time_checks(samples))

    def wrong() -> bool:
        return any(not each.worst <= 1 for each in timed)

    most = LENGTHS[-1]
    samples |= {"window": WINDOW, "chunk": CHUNK, "ceilings": context.ceilings().as_dict()}
    samples["floor"] = [4 * 4 * HEADS * HEAD_DIM * most, 4 * HEADS * HEAD_DIM * pairs(most, WINDOW)]
    before = context.scheduling(list(workers.values()))
    least, most_rounds, seconds = (8, 24, 8.0) if context.quick else (24, 100, 90.0)
    limits: dict[str, Any] = {"at_least": least, "at_most": most_rounds, "seconds": seconds, "enough": enough}
    arms = _arms(context, workers, trips, timed)
    rounds = interleave(arms, context.rng, **limits, broken=wrong, after_round=after_round)
    busy = context.scheduling(list(workers.values())) - before
    samples |= {"seconds": rounds.samples, "scheduling": asdict(busy)}
    samples["comparisons"]["chunked"] += [each.as_dict() for each in timed]


def _arms(
    context: Context, workers: Workers, trips: dict[str, float], timed: list[Comparison]
) -> dict[str, Callable[[], float]]:
    """Prefill with the window and without at every length, on fresh inputs; outputs of the former go to ``timed``."""

    def window(tokens: int) -> float:
        inputs = _draw(context, tokens)
        sizes = {"layers": 1, "batch": 1, "heads": HEADS, "head_dim": HEAD_DIM, "window": WINDOW}
        seconds, out = _call(context, workers["solution"], "timed", inputs, sizes=sizes, chunk=CHUNK)
        right, budget = windowed(*inputs, WINDOW), error_budget(*inputs)
        timed.append(compare(f"timed T = {tokens}, W = {WINDOW}", out, right, relative=0, absolute=budget))
        return max(seconds - trips["solution"], trips["solution"])

    def full(copy: str, tokens: int) -> float:
        return max(_call(context, workers[copy], "full", _draw(context, tokens))[0] - trips[copy], trips[copy])

    arms: dict[str, Callable[[], float]] = {f"window {tokens}": partial(window, tokens) for tokens in LENGTHS}
    arms |= {f"full {tokens}": partial(full, "baseline", tokens) for tokens in LENGTHS}
    return arms | {"control": partial(full, "control", LENGTHS[-2])}


def _draw(context: Context, tokens: int) -> tuple[Any, Any, Any]:
    shape = (3, 1, HEADS, tokens, HEAD_DIM)
    q, k, v = context.rng.standard_normal(shape, dtype=np.float32)
    return q, k, v


def _call(context: Context, worker: Worker, op: str, inputs: tuple[Any, Any, Any], **fields: Any) -> tuple[float, Any]:
    arena, mark = worker.arena, worker.arena.mark()
    slots = {name: arena.store(each) for name, each in zip("qkv", inputs, strict=True)}
    slots["out"] = arena.place("float32", inputs[0].shape)
    arena.poison(slots["out"])
    described = {name: slot.describe() for name, slot in slots.items()}
    reply = worker.call(op, timeout=context.within(CALL_SECONDS), **described, **fields)
    out = arena.view(slots["out"]).copy()
    arena.reset(mark)
    return reply.seconds, out
