"""Turns the measured curve into metrics, a table, two plots and the observation template."""

from __future__ import annotations

from dataclasses import dataclass

from design import BATCHES, NEW_TOKENS, PROMPT_TOKENS

from graders import statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval

COLUMNS = (
    "max_batch",
    "tokens/s",
    "x unbatched",
    "latency ms, one full batch",
    "p50 ms, 16 at once",
    "p95 ms, 16 at once",
)


@dataclass(frozen=True)
class Curve:
    """Throughput in tokens/s and latency in seconds by batch size; ``saturated`` holds the raw latencies of bursts."""

    baseline: Interval
    throughput: dict[int, Interval]
    ratio: dict[int, Interval]
    latency: dict[int, Interval]
    saturated: dict[int, list[float]]
    lone: Interval

    @classmethod
    def of(cls, samples: Samples) -> Curve:
        """Read the samples of a whole run."""
        return cls(
            baseline=statistics.median_interval(samples["tp1 baseline"]),
            throughput={size: statistics.median_interval(samples[f"tp{size}"]) for size in BATCHES},
            ratio={size: statistics.paired_ratio(samples[f"tp{size}"], samples["tp1 baseline"]) for size in BATCHES},
            latency={size: statistics.median_interval(samples[f"latency{size}"]) for size in BATCHES},
            saturated={size: samples["saturated_latency_s"][str(size)] for size in BATCHES},
            lone=statistics.median_interval(samples["lone"]),
        )


def report(outcome: Outcome, samples: Samples) -> None:
    """Fill everything of ``outcome`` but the checks."""
    curve = Curve.of(samples)
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
    outcome.tables.append(Table("Batching curve", COLUMNS, rows))
    outcome.plots += _plots(curve)
    outcome.observation = _observation(curve, samples)


def _observation(curve: Curve, samples: Samples) -> dict[str, str | float | int | None]:
    rounds, best = len(samples["orders"]), BATCHES[-1]
    return {
        "model": "tiny random GPT, 4 layers x 4 heads x 32, float32",
        "prompt": f"{PROMPT_TOKENS} random tokens",
        "max_tokens": NEW_TOKENS,
        "batch_size": "/".join(str(size) for size in BATCHES),
        "notes": f"{rounds} interleaved rounds, profile {samples['profile']}, device {samples['device']}",
        "load_model": f"{samples['load_s'] * 1e3:.1f} ms",
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
