"""Runs in the referee: eager launches against captured replays, over the count of operations and the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from bench import ARENA_BYTES, Bench
from judge import LARGE, MOST, OPERATIONS, SMALL, judge, timing_checks
from program import draw_program

from graders.answers import integer
from graders.context import Context
from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples
from graders.process import Worker

TINY = ((1, 1), (5, 3), (33, 1001))  # operations, elements
REPLAYS_EACH = 3
ASKED = 32
EAGER_LAUNCHES = 800  # of one request at the small size: about two milliseconds of torch
REPLAYS = {SMALL: 800, LARGE: 40}  # of one request
EAGER_LARGE = 10


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("start", 1, 3)
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    started = context.start_workers(programs, arena_bytes=ARENA_BYTES)
    bench = Bench(context, dict(zip(programs, started, strict=True)))
    context.phase("break-even and small programs", 2, 3)
    samples: Samples = {"asked": ASKED, "break_even": _break_even(context, bench.workers["solution"])}
    _tiny(bench)
    samples |= bench.as_samples()
    if any(check.state == "failed" for check in judge(samples).checks):
        return samples
    context.phase("eager and captured", 3, 3)
    _capture_all(bench)
    before = context.scheduling(started)
    rounds = _measure(bench)
    busy = context.scheduling(started) - before
    found = bench.as_samples() | {"seconds": rounds.samples, "orders": rounds.orders, "scheduling": asdict(busy)}
    return {**samples, **found, "ceilings": context.ceilings().as_dict()}


def _break_even(context: Context, worker: Worker) -> list[list[Any]]:
    """Calls in words, answer, right answer (-1 for never), the smallest numbers first."""
    rng, cases = context.rng, [(100, 30, 10), (100, 10, 30), (100, 20, 20), (0, 2, 1), (0, 1, 2)]
    for _ in range(ASKED - len(cases)):
        saved, runs = int(rng.integers(1, 200)), int(rng.integers(1, 5000))
        replay = int(rng.integers(1, 500))
        rest = int(rng.integers(0, saved)) if rng.integers(2) else 0  # half of them pay back exactly
        cases.append((saved * runs + rest, replay + saved, replay))
    found = []
    for times in cases:
        body = worker.call("break_even", timeout=context.within(5), times=list(times)).body
        answer = -1 if body.get("never") is True else integer(body, "runs")
        capture, eager, replay = times
        right = capture // (eager - replay) + 1 if eager > replay else -1
        found.append([f"break_even{times}", answer, right])
    return found


def _tiny(bench: Bench) -> None:
    """Each small program is captured once and replayed on other tensors every time."""
    for operations, size in TINY:
        key = f"tiny {operations}"
        bench.capture("solution", key, draw_program(bench.context.rng, operations), size)
        for turn in range(REPLAYS_EACH):
            if not bench.broken():
                bench.replay("solution", key, 1 + 2 * turn, first=turn == 0)


def _capture_all(bench: Bench) -> None:
    for operations, size in [*((count, SMALL) for count in OPERATIONS), (MOST, LARGE)]:
        program = draw_program(bench.context.rng, operations)
        for who in bench.workers:
            bench.capture(who, f"{operations} x {size}", program, size)


def _arms(bench: Bench, copies: list[str]) -> dict[str, Callable[[], float]]:
    """Eager programs of the two copies of the baseline, which swap their roles between rounds, and captured ones."""
    rng = bench.context.rng

    def eager(operations: int, size: int, copy: int | None = None) -> Callable[[], float]:
        """By one copy of the baseline, or by either: both have to be equally warm when they are compared."""
        times = EAGER_LAUNCHES // operations if size == SMALL else EAGER_LARGE

        def arm() -> float:
            who = copies[int(rng.integers(2)) if copy is None else copy]
            return bench.replay(who, f"{operations} x {size}", _about(rng, times))

        return arm

    def captured(operations: int, size: int) -> Callable[[], float]:
        return lambda: bench.replay("solution", f"{operations} x {size}", _about(rng, REPLAYS[size]))

    arms = {
        "control": eager(MOST, SMALL, 1),
        "eager large": eager(MOST, LARGE),
        "captured large": captured(MOST, LARGE),
    }
    for operations in OPERATIONS:
        arms[f"eager {operations}"] = eager(operations, SMALL, 0 if operations == MOST else None)
        arms[f"captured {operations}"] = captured(operations, SMALL)
    return arms


def _measure(bench: Bench) -> Rounds:
    context, rng, copies = bench.context, bench.context.rng, ["baseline", "control"]

    def after_round(done: int, total: int) -> None:
        copies[:] = swap_at_random((copies[0], copies[1]), rng)
        context.progress(done, total, "rounds of eager and captured programs")

    def enough(rounds: Rounds) -> bool:
        for operations in OPERATIONS:
            for arm in ("eager", "captured"):
                context.point(f"{arm} us", operations, 1e6 * float(np.median(rounds[f"{arm} {operations}"])))
        return all(check.state != "undecided" for check in timing_checks(rounds.samples))

    least, most, seconds = (25, 60, 10.0) if context.quick else (80, 400, 90.0)
    return interleave(
        _arms(bench, copies),
        rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=bench.broken,
        after_round=after_round,
    )


def _about(rng: np.random.Generator, count: int) -> int:
    """A count that the solution cannot know: within a quarter of ``count``."""
    return max(2, round(count * float(rng.uniform(0.75, 1.25))))
