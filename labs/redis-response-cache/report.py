"""Turns prices and replays into the predicted and measured gain, plots, a table and the observation template."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from design import MODEL_SECONDS, TRACES
from gain import Gain, Seen, gain_at

from graders import statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table

Traces = Mapping[str, Seen]


def report(outcome: Outcome, samples: Samples) -> None:
    """Fill metrics, intervals, plots, table and observation of ``outcome``."""
    prices, seen = samples["seconds"], samples["replay"]
    gains = {name: gain_at(seen[name], prices["hit"], prices["miss"]) for name in TRACES}
    speedup = statistics.paired_ratio(prices["direct"], prices["hit"])
    overhead = statistics.paired_ratio(prices["miss"], prices["direct"])
    outcome.intervals = {"speedup": speedup, "miss_overhead": overhead} | {
        f"mean_ratio_{name}": gain.ratio for name, gain in gains.items()
    }
    outcome.metrics = {
        "speedup": speedup.estimate,
        "miss_overhead": overhead.estimate,
        "hit_ms": statistics.median(prices["hit"]) * 1e3,
        "miss_ms": statistics.median(prices["miss"]) * 1e3,
        "no_cache_ms": statistics.median(prices["direct"]) * 1e3,
        "zipf_hit_ratio": gains["zipf"].hit_ratio,
    } | {f"mean_ms_{name}": gain.measured * 1e3 for name, gain in gains.items()}
    outcome.tables = [_table(gains, seen)]
    outcome.plots = [_latency_plot(seen["zipf"]), _ratio_plot(seen["zipf"]), _gain_plot(gains, seen)]
    outcome.observation = _observation(outcome, gains, seen, samples["profile"])


def _table(gains: dict[str, Gain], seen: Traces) -> Table:
    rows: list[list[str | float | int | None]] = []
    for name, gain in gains.items():
        tail = [round(statistics.percentile(_latencies(seen[name]), q) * 1e3, 3) for q in (50, 95, 99)]
        predicted, measured = round(gain.predicted * 1e3, 3), round(gain.measured * 1e3, 3)
        rows.append([name, len(seen[name]), round(gain.hit_ratio, 3), predicted, measured, *tail])
    columns = ["trace", "requests", "hit ratio", "predicted mean ms", "measured mean ms", "p50 ms", "p95 ms", "p99 ms"]
    return Table("Hit ratio and latency", columns, rows)


def _latency_plot(seen: Seen) -> Plot:
    """Show the latencies of hits and of misses, each in rising order over its own share."""
    series = []
    for name, wanted in (("hit", True), ("miss", False)):
        values = sorted(latency * 1e3 for latency, hit in seen if hit == wanted)
        share = [round((i + 1) / len(values), 4) for i in range(len(values))]
        series.append(Series(name, share, values))
    return Plot("Latency of hits and misses in the Zipf replay", "line", "share of requests", "ms", series, log_y=True)


def _ratio_plot(seen: Seen) -> Plot:
    hits = np.cumsum([hit for _, hit in seen])
    count = np.arange(1, len(seen) + 1)
    recent = [float(np.mean([hit for _, hit in seen[max(0, i - 40) : i]])) for i in count]
    return Plot(
        "Hit ratio over the Zipf replay (both models get a new version halfway)", "line", "requests", "hit ratio",
        [Series("since the start", count.tolist(), (hits / count).tolist()), Series("last 40", count.tolist(), recent)],
    )  # fmt: skip


def _gain_plot(gains: dict[str, Gain], seen: Traces) -> Plot:
    names = sorted(gains, key=lambda name: gains[name].hit_ratio)
    x = [gains[name].hit_ratio for name in names]
    lines = {
        "predicted mean": [gains[name].predicted * 1e3 for name in names],
        "measured mean": [gains[name].measured * 1e3 for name in names],
        "p50": [statistics.percentile(_latencies(seen[name]), 50) * 1e3 for name in names],
        "p99": [statistics.percentile(_latencies(seen[name]), 99) * 1e3 for name in names],
    }
    series = [Series(name, x, values) for name, values in lines.items()]
    return Plot("Latency against hit ratio", "line", "hit ratio", "ms", series, log_y=True)


def _observation(
    outcome: Outcome, gains: dict[str, Gain], seen: Traces, profile: str
) -> dict[str, str | float | int | None]:
    numbers, zipf = outcome.metrics, gains["zipf"]
    p99 = statistics.percentile(_latencies(seen["zipf"]), 99) * 1e3
    return {
        "model": f"the referee's slow model, {MODEL_SECONDS * 1e3:.0f} ms a run, behind a Redis response cache",
        "prompt": f"Zipf replay of {len(seen['zipf'])} requests, and traces with 10, 50 and 90 % hits",
        "batch_size": 1,
        "notes": f"two client processes, requests one after another, profile {profile}",
        "throughput": 1 / zipf.measured,
        "observations": f"hit {numbers['hit_ms']:.2f} ms, miss {numbers['miss_ms']:.1f} ms, {numbers['speedup']:.0f}x; "
        f"Zipf hit ratio {zipf.hit_ratio:.2f}: mean {zipf.measured * 1e3:.1f} ms "
        f"(predicted {zipf.predicted * 1e3:.1f}), p99 {p99:.1f} ms",
    }


def _latencies(seen: Seen) -> list[float]:
    return [latency for latency, _ in seen]
