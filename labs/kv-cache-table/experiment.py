"""Runs in the referee: decoding with a KV cache against the referee's own uncached decoding."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F

from graders import checks, statistics
from graders.checks import Check
from graders.context import Context
from graders.greedy import GreedyReference, Sample, draw_prompt
from graders.measurement import Rounds, interleave
from graders.outcome import Outcome, Plot, Series, Table
from graders.process import Worker
from graders.statistics import Interval
from graders.tinygpt import GPTConfig, draw_weights
from graders.verdict import MAX_CONTROL_WIDTH, Quietness

PROMPTS = (10, 50, 200)
NEW_TOKENS = 8
DTYPE_BYTES = 4  # float32
RATIO_AT = {50: 1.2, 200: 2.0}
FLAT_PER_DOUBLING = 0.15
FIRST_TOKEN_AT_MOST = 2.0
CACHE_ERROR = 1e-3  # float32 keys and values of order 1 against float64
CALL_SECONDS = 10.0


@dataclass
class Bench:
    """The workers, the referee's model and what every call has shown so far."""

    context: Context
    config: GPTConfig
    reference: GreedyReference
    workers: dict[str, Worker]
    round_trip: dict[str, float]
    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    unchecked: list[tuple[str, Sample]] = field(default_factory=list)
    first_token: dict[str, list[float]] = field(default_factory=dict)
    gaps: dict[str, list[float]] = field(default_factory=dict)

    def decode(self, arm: str, prompt_length: int, *, use_cache: bool) -> float:
        """Run one generation on fresh tokens; return its TPOT in seconds: (last - first) / (n - 1)."""
        prompt = draw_prompt(self.config, prompt_length, self.context.rng)
        worker = self.workers[arm.split()[0]]
        reply = worker.call(
            "generate",
            timeout=self.context.within(CALL_SECONDS),
            prompt=prompt,
            new_tokens=NEW_TOKENS,
            use_cache=use_cache,
        )
        key = f"{arm} {prompt_length}"
        self.unchecked.append((key, Sample(prompt, [int(item.body["token"]) for item in reply.items])))
        stamps = [item.at for item in reply.items]
        if len(stamps) < 2:
            return reply.seconds
        self.first_token.setdefault(key, []).append(stamps[0] - reply.started)
        self.gaps.setdefault(key, []).extend(b - a for a, b in zip(stamps, stamps[1:], strict=False))
        # Tokens that arrive together cannot be told apart more finely than one round trip.
        return max((stamps[-1] - stamps[0]) / (len(stamps) - 1), self.round_trip[worker.spec.name])

    def verify(self) -> None:
        """Judge every token produced since the last call."""
        for key, sample in self.unchecked:
            self.calls += 1
            first = self.reference.first_wrong(sample) if sample.tokens else 0
            if first is not None:
                self.wrong.append(f"{key}: token {first + 1} of {list(sample.tokens)} is not the greedy one")
            elif len(sample.tokens) != NEW_TOKENS:
                self.wrong.append(f"{key}: {len(sample.tokens)} tokens where {NEW_TOKENS} were asked for")
        self.unchecked.clear()


def run(context: Context) -> Outcome:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    context.phase("load", 1, 3)
    bench, load_seconds = _prepare(context)
    context.phase("cache size", 2, 3)
    outcome = Outcome(checks=_size_checks(bench))
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
        "tpot_s": rounds.samples, "ttft_s": bench.first_token, "gaps_s": bench.gaps, "orders": rounds.orders
    }
    if not bench.wrong:
        outcome.quietness = Quietness(_control(rounds, context.rng), busy)
        outcome.checks += _time_checks(bench, rounds)
        _report(bench, rounds, outcome, load_seconds)
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


def _size_checks(bench: Bench) -> list[Check]:
    rng, config = bench.context.rng, bench.config
    hidden = int(rng.integers(11, 300))
    shapes = [(1, length) for length in PROMPTS] + [(int(rng.integers(2, 5)), hidden)]
    sizes: list[Check] = []
    error = 0.0
    for batch, length in shapes:
        size, difference = _cache_of(bench, batch, length)
        expected = 2 * config.layers * config.heads * config.head_dim * length * DTYPE_BYTES * batch
        formula = f"2*{config.layers}*{config.heads}*{config.head_dim}*{length}*{DTYPE_BYTES}*{batch}"
        sizes.append(checks.exact("cache-bytes", size, expected, unit="bytes", formula=formula))
        error = max(error, difference)
    first_wrong = next((check for check in sizes if not check.passed), sizes[-1])
    message = f"keys and values differ from float64 by at most {error:.1e}, {CACHE_ERROR:.0e} allowed"
    values = checks.holds("cache-values", error <= CACHE_ERROR, message, value=error, bound=CACHE_ERROR)
    return [first_wrong, values, _formula_check(bench)]


def _cache_of(bench: Bench, batch: int, length: int) -> tuple[int, float]:
    """Return the bytes of the solution's cache and its largest distance from the reference (infinite if absent)."""
    worker, config, rng = bench.workers["solution"], bench.config, bench.context.rng
    mark = worker.arena.mark()
    tokens = rng.integers(0, config.vocab, size=(batch, length))
    place = worker.arena.store(tokens)
    out = worker.arena.place("float32", (config.layers, 2, batch, config.heads, length, config.head_dim))
    worker.arena.poison(out)
    timeout = bench.context.within(CALL_SECONDS)
    reply = worker.call("prefill", timeout=timeout, tokens=place.describe(), out=out.describe())
    size = sum(math.prod(shape) * item for shape, item in reply.body["tensors"])
    found = worker.arena.view(out).astype(np.float64)
    worker.arena.reset(mark)
    distance = float(np.abs(found - _reference_cache(bench.reference, tokens)).max())
    return size, distance if math.isfinite(distance) else math.inf


def _reference_cache(reference: GreedyReference, tokens: np.ndarray) -> np.ndarray:
    model, layers = reference.model, []
    with torch.no_grad():
        x = model.embed(torch.from_numpy(tokens.copy()), torch.arange(tokens.shape[1]))
        for i in range(model.layers):
            q, k, v = model.block(i).qkv(x)
            layers.append(torch.stack((k, v)))
            x = x + model.block(i).attend_out(F.scaled_dot_product_attention(q, k, v, is_causal=True))
            x = x + model.block(i).mlp(x)
    return torch.stack(layers).numpy()


def _formula_check(bench: Bench) -> Check:
    rng = bench.context.rng
    names = ("layers", "heads", "head_dim", "tokens", "batch")
    sizes = {name: int(rng.integers(2, 129)) for name in names} | {"dtype_bytes": int(rng.choice([1, 2, 4]))}
    timeout = bench.context.within(CALL_SECONDS)
    answer = bench.workers["solution"].call("cache_bytes", timeout=timeout, sizes=sizes).body["bytes"]
    order = ("layers", "heads", "head_dim", "tokens", "dtype_bytes", "batch")
    formula = "2*L*H*D*T*dtype*b = 2*" + "*".join(str(sizes[name]) for name in order)
    return checks.exact("bytes-formula", answer, 2 * math.prod(sizes.values()), unit="bytes", formula=formula)


def _measure(bench: Bench) -> Rounds:
    context = bench.context
    arms = {}
    for length in PROMPTS:
        arms[f"cached {length}"] = lambda t=length: bench.decode("solution cached", t, use_cache=True)
        arms[f"uncached {length}"] = lambda t=length: bench.decode("baseline uncached", t, use_cache=False)
        arms[f"control {length}"] = lambda t=length: bench.decode("control uncached", t, use_cache=False)
    # The solution's own uncached decoding must be right; its time is of no interest and graded nowhere.
    arms["own uncached"] = lambda: bench.decode(
        "solution uncached", int(context.rng.choice(PROMPTS)), use_cache=False
    )

    def after_round(done: int, total: int) -> None:
        bench.verify()
        context.progress(done, total, "rounds of cached and uncached decoding")

    def enough(rounds: Rounds) -> bool:
        steady = _control(rounds, context.rng).relative_width <= MAX_CONTROL_WIDTH
        return steady and all(check.state != "undecided" for check in _time_checks(bench, rounds))

    least, most, seconds = (16, 48, 12.0) if context.quick else (40, 200, 120.0)
    return interleave(
        arms, context.rng, at_least=least, at_most=most, seconds=seconds, enough=enough,
        broken=lambda: bool(bench.wrong), after_round=after_round,
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


def _growth(rounds: Rounds, rng: np.random.Generator) -> Interval:
    """Growth of the cached TPOT per doubling of T, 0.1 = 10 %. T counts half of the new tokens."""
    lengths = [length + NEW_TOKENS / 2 for length in PROMPTS]
    samples = rounds.each([f"cached {length}" for length in PROMPTS])
    slope = statistics.slope_interval(lengths, samples, rng, statistics.log_log_slope)
    return Interval(2**slope.estimate - 1, 2**slope.low - 1, 2**slope.high - 1)


def _time_checks(bench: Bench, rounds: Rounds) -> list[Check]:
    rng = bench.context.rng
    ratios = _ratios(rounds, rng)
    first = statistics.paired_ratio(
        bench.first_token[f"solution cached {PROMPTS[0]}"], bench.first_token[f"baseline uncached {PROMPTS[0]}"], rng
    )
    return [
        *(
            checks.ratio_at_least(f"ratio-{t}", ratios[t], bound, what=f"uncached/cached time per token at prompt {t}")
            for t, bound in RATIO_AT.items()
        ),
        checks.monotone_increasing("ratio-grows", PROMPTS, list(ratios.values()), what="uncached/cached"),
        checks.slope_near_zero(
            "cached-flat", _growth(rounds, rng), FLAT_PER_DOUBLING, what="time per cached token"
        ),
        checks.ratio_at_most(
            "first-token", first, FIRST_TOKEN_AT_MOST, what=f"TTFT cached/uncached at prompt {PROMPTS[0]}"
        ),
    ]


def _report(bench: Bench, rounds: Rounds, outcome: Outcome, load_seconds: float) -> None:
    rng, config = bench.context.rng, bench.config
    ratios = _ratios(rounds, rng)
    time: dict[str, dict[int, Interval]] = {}
    rows: list[list[str | float | int | None]] = []
    for arm in ("uncached", "cached"):
        time[arm] = {t: _milliseconds(statistics.median_interval(rounds[f"{arm} {t}"], rng)) for t in PROMPTS}
    for t in PROMPTS:
        size = 2 * config.layers * config.width * t * DTYPE_BYTES
        ttft = statistics.median(bench.first_token[f"solution cached {t}"]) * 1e3
        uncached, cached = time["uncached"][t].estimate, time["cached"][t].estimate
        p95 = statistics.percentile(bench.gaps[f"solution cached {t}"], 95) * 1e3
        rows.append([t, round(uncached, 3), round(cached, 3), round(ratios[t].estimate, 2), round(ttft, 3),
                     round(p95, 3), size])
        outcome.metrics |= {f"ratio_{t}": ratios[t].estimate, f"cached_tpot_ms_{t}": cached,
                            f"uncached_tpot_ms_{t}": uncached, f"ttft_ms_{t}": ttft, f"cache_bytes_{t}": float(size)}
    growth = _growth(rounds, rng)
    outcome.metrics["cached_growth_per_doubling"] = growth.estimate
    outcome.intervals = {f"ratio_{t}": ratios[t] for t in PROMPTS} | {"cached_growth_per_doubling": growth}
    outcome.tables.append(Table(
        "With and without a KV cache",
        ["prompt", "uncached ms/token", "cached ms/token", "ratio", "TTFT ms", "inter-token p95 ms", "cache bytes"],
        rows,
    ))
    outcome.plots.append(Plot(
        "Time per token against prompt length", "line", "prompt tokens", "ms per token",
        [Series.of_intervals(arm, PROMPTS, list(time[arm].values())) for arm in time], log_x=True, log_y=True,
    ))
    outcome.plots.append(Plot(
        "What the cache buys", "bar", "prompt tokens", "uncached / cached",
        [Series.of_intervals("ratio", [str(t) for t in PROMPTS], list(ratios.values()))],
    ))
    last = PROMPTS[-1]
    outcome.observation = {
        "model": f"tiny random GPT, {config.layers} layers x {config.heads} heads x {config.head_dim}, float32",
        "prompt": "random tokens, lengths " + "/".join(str(t) for t in PROMPTS),
        "max_tokens": NEW_TOKENS,
        "batch_size": 1,
        "notes": f"{len(rounds)} interleaved rounds, profile {bench.context.profile}, device {bench.context.device}",
        "load_model": f"{load_seconds * 1e3:.1f} ms",
        "prefill": f"TTFT {outcome.metrics[f'ttft_ms_{last}']:.2f} ms at prompt {last}",
        "per_token_latency": f"{time['cached'][last].estimate:.2f} ms cached, "
                             f"{time['uncached'][last].estimate:.2f} ms uncached at prompt {last}",
        "throughput": 1e3 / time["cached"][last].estimate,
        "observations": ", ".join(f"{ratios[t].estimate:.1f}x at prompt {t}" for t in PROMPTS)
                        + f"; a cached token costs {growth.estimate:+.1%} per doubling of the sequence",
    }


def _milliseconds(value: Interval) -> Interval:
    return Interval(value.estimate * 1e3, value.low * 1e3, value.high * 1e3)
