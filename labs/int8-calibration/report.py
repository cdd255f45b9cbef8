"""What calibration costs: errors by method, by size of the calibration set, per channel and per tensor."""

from __future__ import annotations

from typing import Any

from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval, mean_interval

METHODS = ("minmax", "percentile", "entropy")


def mean_by(rows: list[dict[str, Any]], method: str, size: int) -> Interval:
    """Mean squared error of one method after calibrating on ``size`` values."""
    return mean_interval([row["mse"] for row in rows if row["method"] == method and row["size"] == size])


def describe(outcome: Outcome, samples: Samples) -> None:
    """Fill plots, tables, metrics, intervals and observation."""
    studies = samples["studies"]
    outcome.plots = [_bins_plot(samples["thresholds"])]
    outcome.observation = {
        "model": "activations and weights drawn by the referee",
        "notes": "int8, symmetric, -127..127",
    }
    if not studies:
        outcome.observation["observations"] = "ended before the studies of errors: an exact answer was wrong"
        return
    outcome.plots = [_sizes_plot(studies["sizes"], outcome), _outliers_plot(studies["outliers"]), *outcome.plots]
    outcome.tables = [_outliers_table(studies["outliers"]), _channels_table(studies["channels"])]
    worst = max(studies["channels"], key=lambda row: row["channel"])
    outcome.metrics = {
        "output_error_per_channel": worst["channel"],
        "output_error_per_tensor": worst["tensor"],
    }
    law, rows = studies["outliers"][0]["law"], studies["outliers"][:3]
    found = ", ".join(f"{row['method']} {row['threshold']:.3g} (error {row['mse']:.2g})" for row in rows)
    outcome.observation["observations"] = (
        f"thresholds for {law} values of unit scale with three outliers in 200,000: {found}"
    )


def _sizes_plot(rows: list[dict[str, Any]], outcome: Outcome) -> Plot:
    sizes = sorted({row["size"] for row in rows})
    series = []
    for method in METHODS:
        intervals = [mean_by(rows, method, size) for size in sizes]
        outcome.intervals |= {f"mse_{method}_{size}": i for size, i in zip(sizes, intervals, strict=True)}
        series.append(Series.of_intervals(method, sizes, intervals))
    title = f"Error on fresh {rows[0]['law']} values over the size of the calibration set"
    return Plot(title, "line", "values", "mean squared error", series, log_x=True, log_y=True)


def _outliers_plot(rows: list[dict[str, Any]]) -> Plot:
    series = []
    for law in dict.fromkeys(row["law"] for row in rows):
        mine = [row for row in rows if row["law"] == law]
        series.append(Series(law, [row["method"] for row in mine], [row["mse"] for row in mine]))
    title = "Error on fresh values after calibrating with three outliers in 200,000"
    return Plot(title, "bar", "method", "mean squared error", series, log_y=True)


def _bins_plot(cases: list[dict[str, Any]]) -> Plot:
    series = []
    for method in METHODS:
        mine = [case for case in cases if case["method"] == method]
        series.append(Series(method, list(range(1, len(mine) + 1)), [case["value"] for case in mine]))
    return Plot("Thresholds of the given histograms", "line", "histogram", "bins", series, log_y=True)


def _outliers_table(rows: list[dict[str, Any]]) -> Table:
    columns = ["values", "method", "threshold", "error on fresh values", "error when these have outliers too"]
    cells = [
        [row["law"], row["method"], float(f"{row['threshold']:.4g}"), float(f"{row['mse']:.3g}"),
         float(f"{row['mse_spoilt']:.3g}")]
        for row in rows
    ]  # fmt: skip
    return Table("Three outliers in 200,000 calibration values (mean squared errors)", columns, cells)


def _channels_table(rows: list[dict[str, Any]]) -> Table:
    columns = ["weight", "error per tensor", "error per channel", "int8 bytes", "float32 bytes"]
    cells = [
        [row["case"], float(f"{row['tensor']:.3g}"), float(f"{row['channel']:.3g}"), row["int8_bytes"],
         row["float_bytes"]]
        for row in rows
    ]  # fmt: skip
    return Table("Output error of a layer whose channels differ in scale by up to 100", columns, cells)
