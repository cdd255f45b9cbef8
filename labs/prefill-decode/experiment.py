"""Runs in the referee: counts by formula, correctness at random shapes, then both phases against the referee's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import findings
from bench import Bench
from findings import OUTPUT_LENGTHS

from graders.answers import integers
from graders.context import Context
from graders.errors import SolutionError
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.process import Worker
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH

CONFIG = GPTConfig(layers=4, heads=6, head_dim=64)  # 28 MB of matrices: more than a core's own caches hold
EXTRA_TOKENS = 3  # up to this many more, drawn for each round
PROMPTS = (64, 129)  # tokens, drawn for each round
COSTS, BOUNDS = 24, 24
CALL_SECONDS = 5.0


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("formulas", 1, 3)
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    solution = workers["solution"]
    samples: Samples = {"config": CONFIG.as_dict(), "costs": _costs(context, solution)}
    samples["bounds"] = _bounds(context, solution)
    context.phase("correctness", 2, 3)
    bench = _load(context, workers)
    _untimed(bench)
    samples |= {**bench.as_samples(), "times": {}}
    if any(not check.passed for check in findings.facts(samples)):
        return samples
    context.phase("prefill and decode", 3, 3)
    before = context.scheduling(list(workers.values()))
    prompt_lengths, rounds = _measure(bench)
    samples["scheduling"] = vars(context.scheduling(list(workers.values())) - before)
    ceilings = context.ceilings().as_dict()
    return samples | bench.as_samples() | {"prompts": prompt_lengths, "orders": rounds.orders, "ceilings": ceilings}


def _costs(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """The learner's counts at random sizes, the smallest first."""
    rng, asked = context.rng, []
    for _ in range(COSTS):
        config = GPTConfig(
            layers=int(rng.integers(1, 49)),
            heads=int(rng.integers(1, 65)),
            head_dim=int(rng.choice([32, 64, 80, 128])),
            vocab=int(rng.integers(100, 60_000)),
            context=8192,
        )
        shape = {"tokens": int(rng.integers(3, 4000)), "batch": int(rng.integers(1, 65))}
        asked.append({"config": config.as_dict(), **shape, "dtype_bytes": int(rng.choice([1, 2, 4]))})
    small = GPTConfig(layers=2, heads=2, head_dim=4, vocab=10, context=64).as_dict()
    asked.append({"config": small, "tokens": 3, "batch": 1, "dtype_bytes": 2})
    asked.sort(key=lambda case: findings.expected(case)["prefill"].flops)
    for case in asked:
        reply = worker.call("cost", timeout=context.within(CALL_SECONDS), **case)
        case |= {phase: _two(integers(reply.body, phase)) for phase in ("prefill", "decode")}
    return asked


def _two(numbers: list[int]) -> list[int]:
    if len(numbers) != 2:
        raise SolutionError("a cost is (FLOPs, bytes)")
    return numbers


def _bounds(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """The learner's name for the limit of random work on random machines, clearly on one side of the ridge."""
    rng, cases = context.rng, []
    for number in range(BOUNDS):
        peak, bandwidth = 10.0 ** rng.uniform(10, 15), 10.0 ** rng.uniform(9, 12.6)
        away = rng.uniform(1.2, 50.0)
        nbytes = int(10.0 ** rng.uniform(6, 11))
        flops = int(nbytes * peak / bandwidth * (away if number % 2 else 1 / away))
        work = {"flops": flops, "nbytes": nbytes, "peak_flops": peak, "peak_bandwidth": bandwidth}
        reply = worker.call("bound", timeout=context.within(CALL_SECONDS), **work)
        cases.append({**work, "answer": str(reply.body.get("answer"))})
    return cases


def _load(context: Context, workers: dict[str, Worker]) -> Bench:
    weights = draw_weights(CONFIG, context.rng)
    for worker in workers.values():
        slot = worker.arena.store(weights).describe()
        worker.call("load", timeout=context.within(CALL_SECONDS), config=CONFIG.as_dict(), weights=slot)
    return Bench(context, CONFIG, GreedyReference(CONFIG, weights), workers)


def _untimed(bench: Bench) -> None:
    """Prompts of one token, of odd lengths, and several sequences at once."""
    rng = bench.context.rng
    for batch, length in ((1, 1), (1, int(rng.integers(2, 40))), (int(rng.integers(2, 5)), int(rng.integers(40, 100)))):
        bench.generate("solution untimed", batch, length, int(rng.integers(4, 8)))
    bench.verify()
    bench.times.clear()


def _measure(bench: Bench) -> tuple[list[int], Rounds]:
    context, rng = bench.context, bench.context.rng
    lengths: list[int] = []

    def draw() -> None:
        lengths.append(int(rng.integers(*PROMPTS)))
        bench.next_round()

    def decode(arm: str, size: str) -> float:
        count = OUTPUT_LENGTHS[size] + int(rng.integers(0, EXTRA_TOKENS + 1))
        return bench.generate(arm, 1, lengths[-1], count)

    arms: dict[str, Callable[[], float]] = {
        f"solution {size}": partial(decode, f"solution {size}", size) for size in OUTPUT_LENGTHS
    }
    arms |= {copy: partial(decode, copy, "middle") for copy in ("baseline", "control")}

    def after_round(done: int, total: int) -> None:
        bench.verify()
        for size in OUTPUT_LENGTHS:
            times = bench.times[f"solution {size}"]
            context.point("decode's share of the time", OUTPUT_LENGTHS[size], times["decode"][-1] / times["total"][-1])
        context.progress(done, total, "rounds of prefill and decode")
        draw()

    def enough(rounds: Rounds) -> bool:
        steady = rounds.ratio("control", "baseline").relative_width <= MAX_CONTROL_WIDTH
        found = findings.timing({"times": bench.times, "prompts": lengths[: len(rounds)], "config": CONFIG.as_dict()})
        return steady and all(check.state != "undecided" for check in found)

    least, most, seconds = (6, 36, 8.0) if context.quick else (40, 160, 90.0)
    draw()
    rounds = interleave(
        arms,
        rng,
        at_least=least,
        at_most=most,
        seconds=seconds,
        enough=enough,
        broken=lambda: bool(bench.wrong),
        after_round=after_round,
    )
    return lengths[: len(rounds)], rounds
