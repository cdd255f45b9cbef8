"""Turns the measured times into metrics, a table, two plots and the observation template."""

from __future__ import annotations

from bench import DTYPE_BYTES, NEW_TOKENS, PROMPTS, Bench

from graders import statistics
from graders.measurement import Rounds
from graders.outcome import Outcome, Plot, Series, Table
from graders.statistics import Interval


def report(
    bench: Bench, rounds: Rounds, ratios: dict[int, Interval], growth: Interval, outcome: Outcome, load_seconds: float
) -> None:
    """Fill everything of ``outcome`` but checks and samples."""
    rng = bench.context.rng
    time = {
        arm: {t: _milliseconds(statistics.median_interval(rounds[f"{arm} {t}"], rng)) for t in PROMPTS}
        for arm in ("uncached", "cached")
    }
    rows: list[list[str | float | int | None]] = []
    for t in PROMPTS:
        ttft = statistics.median(bench.first_token[f"solution cached {t}"]) * 1e3
        p95 = statistics.percentile(bench.gaps[f"solution cached {t}"], 95) * 1e3
        uncached, cached = time["uncached"][t].estimate, time["cached"][t].estimate
        size = 2 * bench.config.layers * bench.config.width * t * DTYPE_BYTES
        rounded = [round(value, 3) for value in (uncached, cached, ratios[t].estimate, ttft, p95)]
        rows.append([t, *rounded, size])
        outcome.metrics |= {
            f"ratio_{t}": ratios[t].estimate,
            f"cached_tpot_ms_{t}": cached,
            f"uncached_tpot_ms_{t}": uncached,
            f"ttft_ms_{t}": ttft,
            f"cache_bytes_{t}": float(size),
        }
    outcome.metrics["cached_growth_per_doubling"] = growth.estimate
    outcome.intervals = {f"ratio_{t}": ratios[t] for t in PROMPTS} | {"cached_growth_per_doubling": growth}
    columns = [
        "prompt",
        "uncached ms/token",
        "cached ms/token",
        "ratio",
        "TTFT ms",
        "inter-token p95 ms",
        "cache bytes",
    ]
    outcome.tables.append(Table("With and without a KV cache", columns, rows))
    outcome.plots += _plots(time, ratios)
    outcome.observation = _observation(bench, len(rounds), time, ratios, growth, outcome.metrics, load_seconds)


def _plots(time: dict[str, dict[int, Interval]], ratios: dict[int, Interval]) -> list[Plot]:
    lines = [Series.of_intervals(arm, PROMPTS, list(time[arm].values())) for arm in time]
    bars = Series.of_intervals("ratio", [str(t) for t in PROMPTS], list(ratios.values()))
    return [
        Plot("Time per token against prompt length", "line", "prompt tokens", "ms per token", lines, True, True),
        Plot("What the cache buys", "bar", "prompt tokens", "uncached / cached", [bars]),
    ]


def _observation(
    bench: Bench,
    rounds: int,
    time: dict[str, dict[int, Interval]],
    ratios: dict[int, Interval],
    growth: Interval,
    metrics: dict[str, float],
    load_seconds: float,
) -> dict[str, str | float | int | None]:
    config, last = bench.config, PROMPTS[-1]
    cached, uncached = time["cached"][last].estimate, time["uncached"][last].estimate
    gains = ", ".join(f"{ratios[t].estimate:.1f}x at prompt {t}" for t in PROMPTS)
    return {
        "model": f"tiny random GPT, {config.layers} layers x {config.heads} heads x {config.head_dim}, float32",
        "prompt": "random tokens, lengths " + "/".join(str(t) for t in PROMPTS),
        "max_tokens": NEW_TOKENS,
        "batch_size": 1,
        "notes": f"{rounds} interleaved rounds, profile {bench.context.profile}, device {bench.context.device}",
        "load_model": f"{load_seconds * 1e3:.1f} ms",
        "prefill": f"TTFT {metrics[f'ttft_ms_{last}']:.2f} ms at prompt {last}",
        "per_token_latency": f"{cached:.2f} ms cached, {uncached:.2f} ms uncached at prompt {last}",
        "throughput": 1e3 / cached,
        "observations": f"{gains}; a cached token costs {growth.estimate:+.1%} per doubling of the sequence",
    }


def _milliseconds(value: Interval) -> Interval:
    return Interval(value.estimate * 1e3, value.low * 1e3, value.high * 1e3)
