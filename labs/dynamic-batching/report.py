"""Table and plots of the dynamic-batching lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graders.outcome import Plot, Series, Table
from graders.statistics import median, percentile

Blocks = Mapping[str, Sequence[Mapping[str, Any]]]
NAMES = {
    "base": "no batcher (referee's)",
    "plain": "no batcher",
    "batched": "preferred size = clients",
    "tuned": "by the plan",
}


def table(blocks: Blocks) -> Table:
    """Requests per second, latencies and mean batch of every arm, all rounds together."""
    columns = ["load", "model", "requests/s", "p50 ms", "p99 ms", "mean batch"]
    rows: list[list[str | float | int | None]] = []
    for key in [f"{load}-{role}" for load in ("peak", "lone") for role in NAMES]:
        each, (load, _, role) = blocks.get(key, ()), key.partition("-")
        if not each:
            continue
        latencies = [1e3 * second for block in each for second in block["latencies"]]
        sizes = [max(1, size) for block in each for size in block["sizes"]]
        rate = median([len(block["latencies"]) / block["seconds"] for block in each])
        mean = len(sizes) / sum(1 / size for size in sizes)
        row = [round(value, 2) for value in (rate, median(latencies), percentile(latencies, 99), mean)]
        rows.append(["all clients" if load == "peak" else "one client", NAMES[role], *row])
    return Table("Load on a real server", columns, rows)


def plots(blocks: Blocks) -> list[Plot]:
    """Throughput and batch sizes at the peak."""
    roles = [role for role in NAMES if f"peak-{role}" in blocks]
    x = [NAMES[role] for role in roles]
    rates = [median([len(b["latencies"]) / b["seconds"] for b in blocks[f"peak-{role}"]]) for role in roles]
    throughput = Plot("Throughput, all clients", "bar", "", "requests/s", [Series("requests/s", x, rates)])
    series = []
    for role in ("batched", "tuned"):
        sizes = [size for block in blocks[f"peak-{role}"] for size in block["sizes"]]
        span = list(range(1, max(sizes, default=1) + 1))
        series.append(Series(NAMES[role], span, [sizes.count(size) / max(1, len(sizes)) for size in span]))
    return [throughput, Plot("Requests by the size of their batch", "line", "batch size", "share of requests", series)]
