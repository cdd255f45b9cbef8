"""Turns the samples into metrics, a table, two plots and the observation template."""

from __future__ import annotations

import truth

from graders import statistics
from graders.ceilings import Ceilings
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval

ARMS = {"baseline": "eager, four kernels", "solution": "yours", "copy": "copy of x"}
KERNELS = ("x * scale", "+ bias", "+ residual", "relu")


def report(samples: Samples, outcome: Outcome) -> None:
    """Fill everything of ``outcome`` but checks, intervals and quietness."""
    outcome.plots = [_bytes_plot()]
    if "build_s" in samples:
        outcome.metrics = {"build_s": samples["build_s"]}
    seconds = samples.get("seconds")
    if not seconds or not seconds["solution"]:
        return
    rates = {arm: _rate(samples, arm) for arm in ARMS}
    stored = Ceilings.parse(samples["ceilings"]).bytes_per_s(12 * samples["shape"][0] * samples["shape"][1]) / 1e9
    best = max(stored, rates["copy"].high)
    outcome.intervals["GB/s"] = rates["solution"]
    outcome.metrics |= {
        "speedup": outcome.intervals["speedup"].estimate,
        "gigabytes_per_s": rates["solution"].estimate,
        "share_of_ceiling": rates["solution"].estimate / best,
        "milliseconds": statistics.median(seconds["solution"]) * 1e3,
        "milliseconds_eager": statistics.median(seconds["baseline"]) * 1e3,
    }
    names = [*ARMS.values(), "ceiling"]
    bars = [*rates.values(), Interval(stored, stored, stored)]
    outcome.plots.append(Plot("Useful bytes per second", "bar", "", "GB/s", [Series.of_intervals("GB/s", names, bars)]))
    outcome.tables = [_table(samples, rates, best)]
    outcome.observation = _observation(samples, outcome)


def _useful(arm: str, rows: int, columns: int) -> int:
    """Bytes that the result needs moved: what eager moves beyond that is waste."""
    return 8 * rows * columns if arm == "copy" else truth.traffic(rows, columns)[1]


def _rate(samples: Samples, arm: str) -> Interval:
    nbytes = _useful(arm, *samples["shape"])
    return statistics.median_interval([nbytes / each / 1e9 for each in samples["seconds"][arm]])


def _bytes_plot() -> Plot:
    eager = [8, 8, 12, 8]
    series = [
        Series("bytes for each element", [*KERNELS, "eager, all four", "fused"], [*eager, sum(eager), 12]),
    ]
    return Plot("Bytes moved for each element, by formula", "bar", "", "bytes", series)


def _table(samples: Samples, rates: dict[str, Interval], best: float) -> Table:
    rows: list[list[str | float | int | None]] = []
    for arm, name in ARMS.items():
        time = statistics.median(samples["seconds"][arm])
        rate = rates[arm].estimate
        rows.append([name, round(time * 1e3, 3), round(_useful(arm, *samples["shape"]) / 1e6, 1), round(rate, 1),
                     round(100 * rate / best)])  # fmt: skip
    columns = ["what", "ms for each call", "useful MB", "GB/s", "% of the ceiling"]
    return Table(f"{samples['shape'][0]} x {samples['shape'][1]} float32 on {samples['device']}", columns, rows)


def _observation(samples: Samples, outcome: Outcome) -> dict[str, str | float | int | None]:
    ratio, metrics = outcome.intervals["speedup"], outcome.metrics
    return {
        "model": "relu(x * scale + bias + residual), float32",
        "prompt": f"{samples['shape'][0]} x {samples['shape'][1]}",
        "notes": f"{len(samples['calls'])} interleaved rounds, profile {samples['profile']}, on {samples['device']}",
        "load_model": f"built in {samples['build_s']:.2f} s",
        "throughput": metrics["gigabytes_per_s"],
        "observations": f"{ratio.estimate:.2f}x eager [{ratio.low:.2f}, {ratio.high:.2f}]; "
        f"{metrics['gigabytes_per_s']:.1f} GB/s of useful bytes, {metrics['share_of_ceiling']:.0%} of the ceiling",
    }
