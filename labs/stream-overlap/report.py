"""Turns the runs into a Gantt chart of both pipelines, bars, a table and metrics."""

from __future__ import annotations

from typing import Any

from engines import STAGES, ideal_timeline

from graders import statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval

COLUMNS = 64  # of the Gantt chart


def report(samples: Samples, outcome: Outcome) -> None:
    """Fill everything of ``outcome`` but its checks and quietness."""
    seconds, draws = samples["seconds"], samples["draws"]
    sums = [draw["chunks"] * sum(draw["stages"].values()) for draw in draws]
    ideal = [_ideal(draw, samples["buffers"]) for draw in draws]
    ratio = statistics.paired_ratio(seconds["overlapped"], seconds["baseline"])
    share = statistics.paired_ratio(seconds["overlapped"], ideal)
    bars = {
        "sum of stages": Interval(1.0, 1.0, 1.0),
        "serial": statistics.paired_ratio(seconds["serial"], sums),
        "overlapped": statistics.paired_ratio(seconds["overlapped"], sums),
        "ideal": statistics.paired_ratio(ideal, sums),
        "longest stage": statistics.paired_ratio([draw["chunks"] * samples["longest"] for draw in draws], sums),
    }
    outcome.plots = [
        _gantt(samples["timelines"]),
        Plot("Time over the sum of all stages", "bar", "pipeline", "x",
             [Series.of_intervals("time", list(bars), list(bars.values()))]),
    ]  # fmt: skip
    outcome.intervals = {"overlapped_over_serial": ratio, "overlapped_over_ideal": share}
    outcome.metrics = {
        "overlapped_over_serial": ratio.estimate,
        "speedup": 1 / ratio.estimate,
        "overlapped_over_ideal": share.estimate,
        "longest_stage_ms": 1e3 * samples["longest"],
    }
    rows = [[name, round(value.estimate, 3)] for name, value in bars.items()]
    outcome.tables = [Table("Time of a pipeline, in sums of all stages", ["pipeline", "time"], rows)]
    chunks = [draw["chunks"] for draw in draws]
    outcome.observation = {
        "notes": f"{len(chunks)} interleaved rounds, {min(chunks)} to {max(chunks)} chunks, two buffers",
        "throughput": f"{1 / ratio.estimate:.2f} times the serial pipeline",
        "observations": f"overlap takes {ratio.estimate:.2f} of the serial and {share.estimate:.2f} of the ideal time",
    }


def _ideal(draw: dict[str, Any], buffers: int) -> float:
    """Seconds of the ideal timeline of one round."""
    return ideal_timeline(draw["chunks"], buffers, *(draw["stages"][stage] for stage in STAGES))[-1][-1]


def _gantt(timelines: dict[str, list[list[Any]]]) -> Plot:
    """One row for each engine of each pipeline; a cell is the chunk it works on, counted from 1, or 0."""
    end = max((row[4] for rows in timelines.values() for row in rows), default=1.0)
    moments = [(column + 0.5) * end / COLUMNS for column in range(COLUMNS)]
    series = []
    for function in ("serial", "overlapped"):
        for stage in STAGES:
            ran = [row for row in timelines.get(function, []) if row[0] == stage]
            cells = [next((row[2] + 1 for row in ran if row[3] <= at < row[4]), 0) for at in moments]
            series.append(
                Series(f"{function[:7]} {stage.removeprefix('copy_')}", [round(1e3 * t, 2) for t in moments], cells)
            )
    return Plot("What each engine works on", "grid", f"time, {1e3 * end:.0f} ms", "cell: chunk, from 1", series)
