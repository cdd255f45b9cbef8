"""Runs in the referee: interleaved opens and reads of files of several sizes, every one under a fresh name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial

from bench import MIB, MMAP_SIZES, READ_SIZES, Bench
from correctness import CALL_SECONDS
from growth import growth
from shelf import Poke, Stored

from graders.measurement import Rounds, interleave, swap_at_random
from graders.outcome import Samples
from graders.process import Worker

REQUEST_ROUND_TRIPS = 500  # one request of mappings takes about this many times an empty one
LEAST_OPENS, MOST_OPENS = 4, 160
STEADY = 0.1  # width of the intervals at which no more rounds are needed
HOPELESS = 0.3  # growth of load_mmap per doubling that more rounds will not change


def measure(bench: Bench) -> Samples:
    """Interleave the arms; the samples of one round belong together."""
    context = bench.context
    trips = bench.solution.round_trip()
    watched = [bench.solution, *bench.baselines]
    arms: dict[str, Callable[[], float]] = {}
    for how, size in [("mmap", size) for size in MMAP_SIZES] + [("read", size) for size in READ_SIZES]:
        arms[f"{how}-{size}"] = partial(_opens, bench, bench.solution, how, size, trips)
    pair: list[Worker] = []

    def copy(number: int) -> float:
        if not pair:
            pair.extend(swap_at_random(bench.baselines, context.rng))
        return _opens(bench, pair[number], "read", READ_SIZES[-1], trips)

    arms["baseline"] = lambda: copy(0)
    arms["control"] = lambda: copy(1)

    def after(done: int, total: int) -> None:
        pair.clear()
        context.progress(done, total, "rounds")

    _calibrate(bench, trips)
    before = context.scheduling(watched)
    least, most, seconds = (8, 48, 6.0) if context.quick else (60, 200, 60.0)
    rounds: Rounds = interleave(
        arms, context.rng, at_least=least, at_most=most, seconds=seconds,
        broken=lambda: bool(bench.wrong), after_round=after, enough=_steady,
    )  # fmt: skip
    return {
        "read_sizes": list(READ_SIZES),
        "mmap_sizes": list(MMAP_SIZES),
        "rounds": rounds.samples,
        "orders": rounds.orders,
        "opens": bench.opens,
        "wrong_timed": bench.wrong,
        "round_trip": trips,
        "floors": {size: context.ceilings().floor_seconds(2 * size * MIB) for size in READ_SIZES},
        "scheduling": asdict(context.scheduling(watched) - before),
    }


def _steady(rounds: Rounds) -> bool:
    found = growth(MMAP_SIZES, rounds.samples)
    narrow = found.high - found.low <= STEADY and rounds.ratio("baseline", "control").relative_width <= STEADY
    return narrow or found.low > HOPELESS


def _calibrate(bench: Bench, trips: float) -> None:
    """Draw how many mappings make one request, around REQUEST_ROUND_TRIPS."""
    bench.opens["mmap"] = LEAST_OPENS
    once = min(_opens(bench, bench.solution, "mmap", MMAP_SIZES[-1], trips) for _ in range(3))
    worth = min(MOST_OPENS, REQUEST_ROUND_TRIPS * trips / once)
    bench.opens["mmap"] = max(LEAST_OPENS, int(worth * bench.context.rng.uniform(0.8, 1.0)))


def _opens(bench: Bench, worker: Worker, how: str, size: int, trips: float) -> float:
    """Seconds of one open and its first value, out of a request of several, each of a file of its own if mapped."""
    context, stored = bench.context, bench.files[size]
    count = bench.opens.get(how, 1)
    with _files(bench, worker, how, stored) as (paths, pokes):
        mark = worker.arena.mark()
        out = worker.arena.place("uint32", (count,))
        worker.arena.poison(out)
        opens = [[path, poke.tensor, poke.index] for path, poke in zip(paths, pokes, strict=True)]
        reply = worker.call("timed", timeout=context.within(CALL_SECONDS), how=how, opens=opens, out=out.describe())
        found = worker.arena.view(out).tolist()
        worker.arena.reset(mark)
    if found != [poke.value for poke in pokes]:
        bench.wrong.append(f"load_{how} of {size} MiB")
    return max(1e-9, reply.seconds - trips) / count


@contextmanager
def _files(bench: Bench, worker: Worker, how: str, stored: Stored) -> Iterator[tuple[list[str], list[Poke]]]:
    count, rng = bench.opens.get(how, 1), bench.context.rng
    if how == "mmap":
        with stored.stand_ins(worker, rng, count) as found:
            yield found
    else:
        with stored.lent(worker, count) as paths:
            yield paths, stored.poke(rng, count)
