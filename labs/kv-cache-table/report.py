"""Turns the measured times into metrics, a table, two plots and the observation template."""

from __future__ import annotations

from design import DTYPE_BYTES, NEW_TOKENS, PROMPTS

from graders import statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval

COLUMNS = ("prompt", "uncached ms/token", "cached ms/token", "ratio", "TTFT ms", "inter-token p95 ms", "cache bytes")


def report(outcome: Outcome, samples: Samples, ratios: dict[int, Interval], growth: Interval) -> None:
    """Fill everything of ``outcome`` but the checks."""
    config, tpot = samples["config"], samples["tpot_s"]
    time = {
        arm: {t: _milliseconds(statistics.median_interval(tpot[f"{arm} {t}"])) for t in PROMPTS}
        for arm in ("uncached", "cached")
    }
    rows: list[list[str | float | int | None]] = []
    for t in PROMPTS:
        ttft = statistics.median(samples["ttft_s"][f"solution cached {t}"]) * 1e3
        p95 = statistics.percentile(samples["gaps_s"][f"solution cached {t}"], 95) * 1e3
        uncached, cached = time["uncached"][t].estimate, time["cached"][t].estimate
        size = 2 * config["layers"] * config["heads"] * config["head_dim"] * t * DTYPE_BYTES
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
    outcome.tables.append(Table("With and without a KV cache", COLUMNS, rows))
    outcome.plots += _plots(time, ratios)
    outcome.observation = _observation(samples, time, ratios, growth, outcome.metrics)


def _plots(time: dict[str, dict[int, Interval]], ratios: dict[int, Interval]) -> list[Plot]:
    lines = [Series.of_intervals(arm, PROMPTS, list(time[arm].values())) for arm in time]
    bars = Series.of_intervals("ratio", [str(t) for t in PROMPTS], list(ratios.values()))
    return [
        Plot("Time per token against prompt length", "line", "prompt tokens", "ms per token", lines, True, True),
        Plot("What the cache buys", "bar", "prompt tokens", "uncached / cached", [bars]),
    ]


def _observation(
    samples: Samples,
    time: dict[str, dict[int, Interval]],
    ratios: dict[int, Interval],
    growth: Interval,
    metrics: dict[str, float],
) -> dict[str, str | float | int | None]:
    config, last = samples["config"], PROMPTS[-1]
    cached, uncached = time["cached"][last].estimate, time["uncached"][last].estimate
    gains = ", ".join(f"{ratios[t].estimate:.1f}x at prompt {t}" for t in PROMPTS)
    rounds, layers, heads, head_dim = len(samples["orders"]), config["layers"], config["heads"], config["head_dim"]
    return {
        "model": f"tiny random GPT, {layers} layers x {heads} heads x {head_dim}, float32",
        "prompt": "random tokens, lengths " + "/".join(str(t) for t in PROMPTS),
        "max_tokens": NEW_TOKENS,
        "batch_size": 1,
        "notes": f"{rounds} interleaved rounds, profile {samples['profile']}, device {samples['device']}",
        "load_model": f"{samples['load_s'] * 1e3:.1f} ms",
        "prefill": f"TTFT {metrics[f'ttft_ms_{last}']:.2f} ms at prompt {last}",
        "per_token_latency": f"{cached:.2f} ms cached, {uncached:.2f} ms uncached at prompt {last}",
        "throughput": 1e3 / cached,
        "observations": f"{gains}; a cached token costs {growth.estimate:+.1%} per doubling of the sequence",
    }


def _milliseconds(value: Interval) -> Interval:
    return Interval(value.estimate * 1e3, value.low * 1e3, value.high * 1e3)
