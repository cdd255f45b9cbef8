"""Turns the measured times into the two lines over the count of operations, bars, a table and metrics."""

from __future__ import annotations

from collections.abc import Sequence

from graders import statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval


def report(samples: Samples, outcome: Outcome, operations: Sequence[int]) -> None:
    """Fill everything of ``outcome`` but its checks and quietness."""
    seconds, most = samples["seconds"], operations[-1]
    lines = {arm: [_microseconds(seconds[f"{arm} {count}"]) for count in operations] for arm in ("eager", "captured")}
    gains = {
        "b = 1": statistics.paired_ratio(seconds[f"eager {most}"], seconds[f"captured {most}"]),
        "b = 64": statistics.paired_ratio(seconds["eager large"], seconds["captured large"]),
    }
    slope = {arm: statistics.linear_slope(operations, [each.estimate for each in line]) for arm, line in lines.items()}
    series = [Series.of_intervals(arm, operations, line) for arm, line in lines.items()]
    bars = Series.of_intervals("eager / captured", list(gains), list(gains.values()))
    outcome.plots = [
        Plot("Time of a program against its operations", "line", "operations", "us", series, True, True),
        Plot("What capturing gains", "bar", f"batch, {most} operations", "x", [bars]),
    ]
    outcome.intervals = {f"gain at {name}": gain for name, gain in gains.items()}
    capture = 1e6 * statistics.median(list(samples["capture_s"].values()))
    saved = lines["eager"][-1].estimate - lines["captured"][-1].estimate
    outcome.metrics = {
        "eager_us_per_operation": slope["eager"],
        "captured_us_per_operation": slope["captured"],
        "gain_small": gains["b = 1"].estimate,
        "gain_large": gains["b = 64"].estimate,
        "capture_us": capture,
        **({"break_even_runs": float(int(capture // saved) + 1)} if saved > 0 else {}),
    }
    rows: list[list[str | float | int | None]] = [
        [count, *(round(lines[arm][i].estimate, 2) for arm in lines)] for i, count in enumerate(operations)
    ]
    outcome.tables = [Table("Time of one program at b = 1", ["operations", "eager us", "captured us"], rows)]
    small, large = (gain.estimate for gain in gains.values())
    outcome.observation = {
        "batch_size": "1 and 64",
        "notes": f"{len(seconds['control'])} interleaved rounds, {most} operations at most, one thread",
        "per_token_latency": f"{slope['eager']:.2f} us per eager operation, {slope['captured']:.3f} us captured",
        "observations": f"capturing gains {small:.0f}x at b = 1 and {large:.1f}x at b = 64",
    }


def _microseconds(seconds: Sequence[float]) -> Interval:
    time = statistics.median_interval(seconds)
    return Interval(1e6 * time.estimate, 1e6 * time.low, 1e6 * time.high)
