"""Runs in the referee: decoding with a KV cache against the referee's own uncached decoding."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
from bench import NEW_TOKENS, PROMPTS, Bench
from cache_size import size_checks
from report import report

from graders import checks, statistics
from graders.checks import Check
from graders.context import Context
from graders.greedy import GreedyReference
from graders.measurement import Rounds, interleave
from graders.outcome import Outcome
from graders.statistics import Interval
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH, Quietness

RATIO_AT = {50: 1.2, 200: 2.0}
FLAT_PER_DOUBLING = 0.15
# Both first tokens cost one pass over the prompt. Seven cached tokens on top of it would make 2.9x, 2.2x and 1.4x.
FIRST_TOKEN_AT_MOST = {10: 2.0, 50: 1.5, 200: 1.3}


def run(context: Context) -> Outcome:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("load", 1, 3)
    bench, load_seconds = _prepare(context)
    context.phase("cache size", 2, 3)
    outcome = Outcome(checks=size_checks(bench))
    if outcome.wrong():
        return outcome
    context.phase("decode", 3, 3)
    workers = list(bench.workers.values())
    before = context.scheduling(workers)
    rounds = _measure(bench)
    busy = context.scheduling(workers) - before
    tokens = checks.same_output(
        "greedy-tokens", len(bench.wrong), bench.calls, what="generations", example="; ".join(bench.wrong[:1])
    )
    outcome.checks.insert(0, tokens)
    outcome.samples = {
        "tpot_s": rounds.samples,
        "ttft_s": bench.first_token,
        "gaps_s": bench.gaps,
        "orders": rounds.orders,
    }
    if not bench.wrong:
        outcome.quietness = Quietness(_control(rounds, context.rng), busy)
        outcome.checks += _time_checks(bench, rounds)
        ratios, growth = _ratios(rounds, context.rng), _growth(bench, context.rng)
        report(bench, rounds, ratios, growth, outcome, load_seconds)
    return outcome


def _prepare(context: Context) -> tuple[Bench, float]:
    config = GPTConfig(head_dim=32)
    folder = context.lab.folder
    programs = {"solution": None, "baseline": folder / "baseline.py", "control": folder / "baseline.py"}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    weights = draw_weights(config, context.rng)
    seconds = 0.0
    for worker in workers.values():
        slot = worker.arena.store(weights).describe()
        seconds = worker.call("load", timeout=context.within(20), config=config.as_dict(), weights=slot).seconds
    trips = {name: worker.round_trip() for name, worker in workers.items()}
    return Bench(context, config, GreedyReference(config, weights), workers, trips), seconds


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
        steady = _control(rounds, context.rng).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in _time_checks(bench, rounds))

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


def _control(rounds: Rounds, rng: np.random.Generator) -> Interval:
    ratios = [
        b / a
        for length in PROMPTS
        for a, b in zip(rounds[f"uncached {length}"], rounds[f"control {length}"], strict=True)
    ]
    return statistics.median_interval(ratios, rng)


def _ratios(rounds: Rounds, rng: np.random.Generator) -> dict[int, Interval]:
    return {length: rounds.ratio(f"uncached {length}", f"cached {length}", rng) for length in PROMPTS}


def _growth(bench: Bench, rng: np.random.Generator) -> Interval:
    """Growth of the cached inter-token time per doubling of T, 0.1 = 10 %. T counts half of the new tokens."""
    lengths = [length + NEW_TOKENS / 2 for length in PROMPTS]
    # The median gap, because a long prefill uses up the time slice: on a busy machine the mean of a generation then
    # holds a pause of the scheduler more often the longer its prompt was.
    rows = zip(*(bench.typical_gap[f"solution cached {length}"] for length in PROMPTS), strict=True)
    samples = [list(row) for row in rows]
    slope = statistics.slope_interval(lengths, samples, rng, statistics.log_log_slope)
    return Interval(2**slope.estimate - 1, 2**slope.low - 1, 2**slope.high - 1)


def _first_token(bench: Bench, length: int) -> Interval:
    times = bench.first_token
    return statistics.ratio_of_medians(
        times[f"solution cached {length}"], times[f"baseline uncached {length}"], bench.context.rng
    )


def _time_checks(bench: Bench, rounds: Rounds) -> list[Check]:
    rng = bench.context.rng
    ratios = _ratios(rounds, rng)
    return [
        *(
            checks.ratio_at_least(f"ratio-{t}", ratios[t], bound, what=f"uncached/cached time per token at prompt {t}")
            for t, bound in RATIO_AT.items()
        ),
        checks.monotone_increasing("ratio-grows", PROMPTS, list(ratios.values()), what="uncached/cached"),
        checks.slope_near_zero("cached-flat", _growth(bench, rng), FLAT_PER_DOUBLING, what="time per cached token"),
        *(
            checks.ratio_at_most(
                f"first-token-{t}", _first_token(bench, t), bound, what=f"TTFT cached/uncached at prompt {t}"
            )
            for t, bound in FIRST_TOKEN_AT_MOST.items()
        ),
    ]
