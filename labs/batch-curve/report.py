"""Turns the measured curve into metrics, a table, two plots and the observation template."""

from __future__ import annotations

from dataclasses import dataclass

from load import NEW_TOKENS, PROMPT_TOKENS

from graders import statistics
from graders.context import Context
from graders.outcome import Outcome, Plot, Series, Table
from graders.statistics import Interval

BATCHES = (1, 4, 8)


@dataclass(frozen=True)
class Curve:
    """Throughput in tokens/s and latency in seconds by batch size; ``saturated`` holds the raw latencies of bursts."""

    rounds: int
    baseline: Interval
    throughput: dict[int, Interval]
    ratio: dict[int, Interval]
    latency: dict[int, Interval]
    saturated: dict[int, list[float]]
    lone: Interval


def report(curve: Curve, outcome: Outcome, context: Context, load_seconds: float) -> None:
    """Fill everything of ``outcome`` but checks and samples."""
    rows: list[list[str | float | int | None]] = []
    for size in BATCHES:
        p50, p95 = (statistics.percentile(curve.saturated[size], q) * 1e3 for q in (50, 95))
        throughput, own = curve.throughput[size].estimate, curve.latency[size].estimate * 1e3
        rows.append(
            [size, round(throughput), round(curve.ratio[size].estimate, 2), round(own, 2), round(p50, 1), round(p95, 1)]
        )
        outcome.metrics |= {
            f"throughput_{size}": throughput,
            f"ratio_{size}": curve.ratio[size].estimate,
            f"latency_ms_{size}": own,
            f"saturated_p95_ms_{size}": p95,
        }
    outcome.metrics |= {"throughput_unbatched": curve.baseline.estimate, "lone_ms": curve.lone.estimate * 1e3}
    outcome.intervals = {f"ratio_{size}": curve.ratio[size] for size in BATCHES}
    outcome.tables.append(
        Table(
            "Batching curve",
            [
                "max_batch",
                "tokens/s",
                "x unbatched",
                "latency ms, one full batch",
                "p50 ms, 16 at once",
                "p95 ms, 16 at once",
            ],
            rows,
        )
    )
    outcome.plots += _plots(curve)
    best = BATCHES[-1]
    outcome.observation = {
        "model": "tiny random GPT, 4 layers x 4 heads x 32, float32",
        "prompt": f"{PROMPT_TOKENS} random tokens",
        "max_tokens": NEW_TOKENS,
        "batch_size": "/".join(str(size) for size in BATCHES),
        "notes": f"{curve.rounds} interleaved rounds, profile {context.profile}, device {context.device}",
        "load_model": f"{load_seconds * 1e3:.1f} ms",
        "per_token_latency": f"{curve.latency[1].estimate * 1e3 / NEW_TOKENS:.2f} ms at batch 1, "
        f"{curve.latency[best].estimate * 1e3 / NEW_TOKENS:.2f} ms at batch {best}",
        "throughput": curve.throughput[best].estimate,
        "observations": f"batch {best} gives {curve.ratio[best].estimate:.1f}x the tokens per second of unbatched "
        f"serving at {curve.latency[best].estimate / curve.latency[1].estimate:.1f}x the latency of one",
    }


def _plots(curve: Curve) -> list[Plot]:
    milliseconds = [
        Interval(i.estimate * 1e3, i.low * 1e3, i.high * 1e3) for i in (curve.latency[size] for size in BATCHES)
    ]
    return [
        Plot(
            "Throughput against batch",
            "line",
            "max_batch",
            "tokens per second",
            [Series.of_intervals("tokens/s", BATCHES, [curve.throughput[size] for size in BATCHES])],
            log_x=True,
        ),
        Plot(
            "Latency against batch",
            "line",
            "max_batch",
            "ms for one full batch",
            [Series.of_intervals("ms", BATCHES, milliseconds)],
            log_x=True,
        ),
    ]
