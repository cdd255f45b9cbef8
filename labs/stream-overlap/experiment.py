"""Runs in the referee: it is the device, and it times the learner's host programs on it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from bench import BUFFERS, Bench, Host, Run
from engines import STAGES, bottleneck, ideal_timeline
from judge import overlap_check, serial_check

from graders.context import Context
from graders.errors import SolutionError
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples

TINY = (1, 2, 3, 5)  # chunks
TINY_STAGES = ((1e-3, 2e-3, 1e-3), (1e-3, 1e-3, 2e-3), (2e-3, 1e-3, 1e-3))  # seconds
LONGEST_SECONDS = 4e-3
PREDICTIONS = 24
CALL_SECONDS = 5.0


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("start", 1, 4)
    bench = Bench(context, _start(context))
    longest = LONGEST_SECONDS * float(context.rng.uniform(1.0, 1.2))
    samples: Samples = {"longest": longest, "buffers": BUFFERS}
    context.phase("predictions", 2, 4)
    samples |= _predictions(bench)
    context.phase("a few chunks", 3, 4)
    for chunks, stages in product(TINY, TINY_STAGES):
        for function in ("serial", "overlapped"):
            if not bench.broken():
                bench.run("solution", function, chunks, dict(zip(STAGES, stages, strict=True)))
    wrong = samples["wrong_timelines"] or samples["wrong_bottlenecks"]
    if not (wrong or bench.broken() or bench.blocking["overlapped"]):
        context.phase("serial and overlapped", 4, 4)
        workers = [host.worker for host in bench.hosts.values()]
        before = context.scheduling(workers)
        samples |= _measure(bench, longest)
        samples["scheduling"] = asdict(context.scheduling(workers) - before)
    kept = {name: _timeline(each) for name, each in bench.last.items()}
    return {
        **samples,
        "faults": bench.faults,
        "runs": bench.runs,
        "blocking": bench.blocking,
        "timelines": kept,
    }


def draw_stages(rng: np.random.Generator, longest: float) -> dict[str, float]:
    """Seconds of the three stages, in random roles.

    The two shorter ones together take nearly as long as the longest, so that two buffers suffice to keep it busy.
    """
    rest, share = longest * float(rng.uniform(0.85, 0.95)), float(rng.uniform(0.35, 0.65))
    drawn = [longest, rest * share, rest * (1 - share)]
    return {name: drawn[i] for name, i in zip(STAGES, rng.permutation(3), strict=True)}


def _start(context: Context) -> dict[str, Host]:
    """Three hosts, each with a device line of its own: no one can answer on another's."""
    hosts = {}
    for name in ("solution", "baseline", "control"):
        program = None if name == "solution" else context.lab.folder / "baseline.py"
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (worker,) = context.start_workers({name: program}, arena_bytes=1 << 16, sockets={"device": theirs})
        theirs.close()
        hosts[name] = Host(worker, ours)
    return hosts


def _predictions(bench: Bench) -> Samples:
    """Timelines and bottlenecks at random sizes, the smallest first; kept are the wrong ones."""
    rng, worker = bench.context.rng, bench.hosts["solution"].worker
    wrong_timelines, wrong_bottlenecks = [], []
    for i in range(PREDICTIONS):
        sizes = [min(i + 1, 9), int(rng.integers(1, 5)), *(int(n) for n in 1 + rng.choice(40, 3, replace=False))]
        timeout = bench.context.within(CALL_SECONDS)
        rows = worker.call("timeline", timeout=timeout, sizes=sizes).body.get("rows")
        if rows != (right := [[int(n) for n in row] for row in ideal_timeline(*sizes)]):
            wrong_timelines.append([f"ideal_timeline{tuple(sizes)}", _first_difference(rows, right)])
        name = worker.call("bottleneck", timeout=timeout, sizes=sizes[1:]).body.get("name")
        if name != (limit := bottleneck(*sizes[1:])):
            wrong_bottlenecks.append([f"bottleneck{tuple(sizes[1:])}", str(name), limit])
    return {"asked": PREDICTIONS, "wrong_timelines": wrong_timelines, "wrong_bottlenecks": wrong_bottlenecks}


def _first_difference(rows: object, right: list[list[int]]) -> str:
    if not isinstance(rows, list):
        raise SolutionError("the answer's 'rows' is no list")
    if len(rows) != len(right):
        return f"{len(rows)} rows, right are {len(right)}"
    chunk = next(i for i, row in enumerate(right) if rows[i] != row)
    return f"row {chunk} is {str(rows[chunk])[:80]}, right is {right[chunk]}"


def _timeline(run: Run) -> list[list[Any]]:
    """Stage, buffer, chunk, start and end in seconds after the first command."""
    return [
        [op.stage, op.buffer, op.chunk, op.start - run.started, op.end - run.started] for op in run.operations[:200]
    ]


@dataclass
class _Draw:
    """What one round runs: an odd number of chunks, and the seconds of each stage."""

    chunks: int
    stages: dict[str, float]

    @classmethod
    def fresh(cls, rng: np.random.Generator, longest: float) -> _Draw:
        return cls(2 * int(rng.integers(3, 6)) + 1, draw_stages(rng, longest))


def _measure(bench: Bench, longest: float) -> Samples:
    context = bench.context
    copies, draws = ["baseline", "control"], [_Draw.fresh(context.rng, longest)]

    def pipeline(who: Callable[[], str], function: str) -> float:
        return bench.run(who(), function, draws[-1].chunks, draws[-1].stages)

    arms = {
        "overlapped": partial(pipeline, lambda: "solution", "overlapped"),
        "serial": partial(pipeline, lambda: "solution", "serial"),
        "baseline": partial(pipeline, lambda: copies[0], "serial"),
        "control": partial(pipeline, lambda: copies[1], "serial"),
    }

    def after_round(done: int, total: int) -> None:
        draws.append(_Draw.fresh(context.rng, longest))
        copies[:] = swap_at_random((copies[0], copies[1]), context.rng)
        context.progress(done, total, "rounds of serial and overlapped pipelines")

    def enough(rounds: Rounds) -> bool:
        context.point("overlapped / serial", len(rounds), rounds["overlapped"][-1] / rounds["baseline"][-1])
        return "undecided" not in {overlap_check(rounds.samples).state, serial_check(rounds.samples).state}

    least, most, seconds = (8, 24, 12.0) if context.quick else (32, 120, 90.0)
    rounds = interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=bench.broken,
        after_round=after_round,
    )
    ran = [asdict(draw) for draw in draws[: len(rounds)]]
    return {"seconds": rounds.samples, "orders": rounds.orders, "draws": ran}
