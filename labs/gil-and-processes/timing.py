"""Runs in the referee: interleaved calls, each with the CPU time and the waiting for cores that the kernel counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from bench import Bench, Metered, metered
from work import MODULUS, draw_items, expected

from graders import scheduling
from graders.measurement import interleave, swap_at_random
from graders.outcome import Samples
from graders.process import Worker

SERIAL_SECONDS = 0.2  # of CPU time in one call
WORKERS = 2
STEADY = 0.15


def steps_per_second(bench: Bench) -> float:
    """Steps of crunch for each CPU second of the referee's own worker."""
    return _rate(bench, "crunch", 400_000)


def _rate(bench: Bench, work: str, amount: int) -> float:
    """Amount of work for each CPU second, which a busy machine does not change."""
    seconds = []
    for _ in range(3):
        item = [int(bench.context.rng.integers(1, MODULUS)), amount]
        seconds.append(metered(bench.context, bench.baselines[0], "serial", work, [item], 1).ran)
    return amount / max(1e-4, min(seconds))


def measure(bench: Bench, steps: float) -> Samples:
    """Interleave the arms; each keeps wall, CPU and ready seconds, and ``wrong`` the arms with a wrong result."""
    context = bench.context
    totals = {"crunch": round(steps * SERIAL_SECONDS), "digest": round(_rate(bench, "digest", 16) * SERIAL_SECONDS)}
    calls: dict[str, list[Metered]] = {}
    wrong: list[str] = []
    pair: list[Worker] = []

    def arm(name: str, how: str, work: str, worker: Callable[[], Worker]) -> float:
        items = draw_items(context.rng, totals[work])
        found = metered(context, worker(), how, work, items, WORKERS)
        if not _right(bench, work, items, found):
            wrong.append(name)
        calls.setdefault(name, []).append(found)
        return (found.ran + found.ready) / found.wall

    def copy(number: int) -> Worker:
        if not pair:
            pair.extend(swap_at_random(bench.baselines, context.rng))
        return pair[number]

    arms: dict[str, Callable[[], float]] = {
        "threads-crunch": partial(arm, "threads-crunch", "threads", "crunch", lambda: bench.solution),
        "threads-digest": partial(arm, "threads-digest", "threads", "digest", lambda: bench.solution),
        "processes-crunch": partial(arm, "processes-crunch", "processes", "crunch", lambda: bench.solution),
        "serial": partial(arm, "serial", "serial", "crunch", lambda: bench.baselines[0]),
        "baseline": partial(arm, "baseline", "processes", "crunch", lambda: copy(0)),
        "control": partial(arm, "control", "processes", "crunch", lambda: copy(1)),
    }

    def after(done: int, total: int) -> None:
        pair.clear()
        context.progress(done, total, "rounds")

    place = context.request.placement
    cores = (*place.referee, *place.workers)
    before, own = scheduling.read([], cores), time.process_time()
    least, most, seconds = (6, 16, 8.0) if context.quick else (24, 80, 60.0)
    rounds = interleave(
        arms, context.rng, at_least=least, at_most=most, seconds=seconds, after_round=after,
        broken=lambda: bool(wrong), enough=lambda found: found.ratio("baseline", "control").relative_width <= STEADY,
    )  # fmt: skip
    busy = scheduling.read([], cores) - before
    used = sum(call.ran for each in calls.values() for call in each) + time.process_time() - own
    return {
        "rounds": {name: [[call.wall, call.ran, call.ready] for call in each] for name, each in calls.items()},
        "orders": rounds.orders,
        "wrong": wrong,
        "scheduling": {
            "involuntary": 0,
            "own_s": used,
            "core_busy_s": busy.core_busy_s,
            "core_total_s": busy.core_total_s,
        },
    }


def _right(bench: Bench, work: str, items: list[list[int]], found: Metered) -> bool:
    """Every result of crunch, by its closed form; one drawn result of digest, which costs the referee as much."""
    if work == "crunch" or len(found.results) != len(items):
        return found.results == expected(work, items)
    number = int(bench.context.rng.integers(len(items) // 2, len(items)))
    return found.results[number : number + 1] == expected(work, items[number : number + 1])
