"""Runs in the referee: interleaved calls, each with the CPU time and the waiting for cores that the kernel counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

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


@dataclass
class Ledger:
    """Every timed call by arm, and the arms whose results were wrong."""

    bench: Bench
    totals: dict[str, int]
    calls: dict[str, list[Metered]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    pair: list[Worker] = field(default_factory=list)

    def arm(self, name: str, how: str, work: str, worker: Callable[[], Worker]) -> float:
        """One call on fresh items; returns the cores that it wanted."""
        items = draw_items(self.bench.context.rng, self.totals[work])
        found = metered(self.bench.context, worker(), how, work, items, WORKERS)
        if not _right(self.bench, work, items, found):
            self.wrong.append(name)
        self.calls.setdefault(name, []).append(found)
        return (found.ran + found.ready) / found.wall

    def copy(self, number: int) -> Worker:
        """One of the two copies of the baseline, which is drawn anew in each round."""
        if not self.pair:
            self.pair.extend(swap_at_random(self.bench.baselines, self.bench.context.rng))
        return self.pair[number]

    def arms(self) -> dict[str, Callable[[], float]]:
        """The arms of a round."""
        own = self.bench.solution
        return {
            "threads-crunch": lambda: self.arm("threads-crunch", "threads", "crunch", lambda: own),
            "threads-digest": lambda: self.arm("threads-digest", "threads", "digest", lambda: own),
            "processes-crunch": lambda: self.arm("processes-crunch", "processes", "crunch", lambda: own),
            "serial": lambda: self.arm("serial", "serial", "crunch", lambda: self.bench.baselines[0]),
            "baseline": lambda: self.arm("baseline", "processes", "crunch", lambda: self.copy(0)),
            "control": lambda: self.arm("control", "processes", "crunch", lambda: self.copy(1)),
            "baseline-digest": lambda: self.arm("baseline-digest", "processes", "digest", lambda: self.copy(0)),
        }


def measure(bench: Bench, steps: float) -> Samples:
    """Interleave the arms; each call keeps wall, CPU and ready seconds, and ``wrong`` the arms with a wrong result."""
    context = bench.context
    amounts = {"crunch": steps, "digest": _rate(bench, "digest", 16)}
    ledger = Ledger(bench, {work: round(rate * SERIAL_SECONDS) for work, rate in amounts.items()})

    def after(done: int, total: int) -> None:
        ledger.pair.clear()
        context.progress(done, total, "rounds")

    place = context.request.placement
    cores = (*place.referee, *place.workers)
    before, own = scheduling.read([], cores), time.process_time()
    least, most, seconds = (6, 16, 6.0) if context.quick else (24, 80, 60.0)
    rounds = interleave(
        ledger.arms(), context.rng, at_least=least, at_most=most, seconds=seconds, after_round=after,
        broken=lambda: bool(ledger.wrong),
        enough=lambda found: found.ratio("baseline", "control").relative_width <= STEADY,
    )  # fmt: skip
    ran = sum(call.ran for each in ledger.calls.values() for call in each)
    busy = replace(scheduling.read([], cores) - before, own_s=ran + time.process_time() - own)
    return {
        "rounds": {name: [[call.wall, call.ran, call.ready] for call in each] for name, each in ledger.calls.items()},
        "orders": rounds.orders,
        "wrong": ledger.wrong,
        "scheduling": asdict(busy),
    }


def _right(bench: Bench, work: str, items: list[list[int]], found: Metered) -> bool:
    """Every result of crunch, by its closed form; one drawn result of digest, which costs the referee as much."""
    if work == "crunch" or len(found.results) != len(items):
        return found.results == expected(work, items)
    number = int(bench.context.rng.integers(len(items) // 2, len(items)))
    return found.results[number : number + 1] == expected(work, items[number : number + 1])
