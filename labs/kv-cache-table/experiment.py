"""Runs in the referee: decoding with a KV cache against the referee's own uncached decoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from itertools import product
from math import prod

from bench import Bench
from cache_size import cache_samples
from design import PROMPTS
from judge import control, size_checks, time_checks

from graders import statistics
from graders.context import Context
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH

CONFIG = GPTConfig(head_dim=32)


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("load", 1, 3)
    bench, load_seconds = _prepare(context)
    context.phase("cache size", 2, 3)
    samples: Samples = {
        "config": CONFIG.as_dict(),
        "matrix_parameters": _matrix_parameters(CONFIG),
        "load_s": load_seconds,
        "profile": context.profile,
        "device": context.device,
        **cache_samples(bench),
    }
    if not all(check.passed for check in size_checks(samples)):
        return samples
    context.phase("decode", 3, 3)
    workers = list(bench.workers.values())
    before = context.scheduling(workers)
    rounds = _measure(bench)
    busy = context.scheduling(workers) - before
    ceilings = None if bench.wrong else context.ceilings().as_dict()
    return {**samples, **bench.samples(rounds), "scheduling": asdict(busy), "ceilings": ceilings}


def _matrix_parameters(config: GPTConfig) -> int:
    """Weights that every step multiplies with, so has to read; of the embeddings it reads single rows only."""
    return sum(prod(shape) for name, shape in config.shapes().items() if name not in {"token", "position"})


def _prepare(context: Context) -> tuple[Bench, float]:
    folder = context.lab.folder
    programs = {"solution": None, "baseline": folder / "baseline.py", "control": folder / "baseline.py"}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    weights = draw_weights(CONFIG, context.rng)
    seconds = 0.0
    for worker in workers.values():
        slot = worker.arena.store(weights).describe()
        seconds = worker.call("load", timeout=context.within(20), config=CONFIG.as_dict(), weights=slot).seconds
    return Bench(context, CONFIG, GreedyReference(CONFIG, weights), workers, workers["baseline"].round_trip()), seconds


def _measure(bench: Bench) -> Rounds:
    context = bench.context
    arms: dict[str, Callable[[], float]] = {}
    for length in PROMPTS:
        arms[f"cached {length}"] = partial(bench.decode, "solution cached", length, use_cache=True)
        arms[f"uncached {length}"] = partial(bench.decode, "baseline uncached", length, use_cache=False)
        arms[f"control {length}"] = partial(bench.decode, "control uncached", length, use_cache=False)
    # The solution's own uncached decoding must be right; its time is of no interest and graded nowhere.
    arms["own uncached"] = lambda: bench.decode("solution uncached", int(context.rng.choice(PROMPTS)), use_cache=False)

    def after_round(done: int, total: int) -> None:
        bench.verify()
        bench.next_round()
        context.progress(done, total, "rounds of cached and uncached decoding")

    def enough(rounds: Rounds) -> bool:
        for arm, length in product(("cached", "uncached"), PROMPTS):
            context.point(f"{arm} ms per token", length, statistics.median(rounds[f"{arm} {length}"]) * 1e3)
        so_far = bench.samples(rounds)
        steady = control(so_far).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in time_checks(so_far))

    least, most, seconds = (16, 48, 12.0) if context.quick else (40, 200, 120.0)
    return interleave(
        arms,
        context.rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=lambda: bool(bench.wrong),
        after_round=after_round,
    )
