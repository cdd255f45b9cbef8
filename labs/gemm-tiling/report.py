"""What the run looked like: loads by kernel, errors by precision, time by size."""

from __future__ import annotations

from graders import statistics
from graders.outcome import Plot, Samples, Series, Table
from graders.simt import Report
from graders.statistics import Interval

FLOAT_BYTES = 4


def loads_table(samples: Samples) -> list[Table]:
    """One row for each launch at whole sizes."""
    rows: list[list[str | float | int | None]] = []
    for each in samples.get("launches", []):
        if each["whole"]:
            report = Report.parse(each["report"])
            intensity = each["flops"] / (FLOAT_BYTES * report.loads) if report.loads else None
            row = [each["kernel"], each["shape"], report.loads, each["loads"], intensity, report.degree]
            rows.append([*row, report.barriers])
    columns = ["kernel", "shape", "loads", "formula", "FLOP per byte loaded", "degree", "barriers"]
    return [Table("Global loads", columns, rows)] if rows else []


def loads_plot(samples: Samples) -> list[Plot]:
    """Loads for each product: 2 without tiles, 2 / T with them."""
    whole = [each for each in samples.get("launches", []) if each["whole"]]
    if not whole:
        return []
    x = ["naive" if each["tile"] == 1 else f"T = {each['tile']}" for each in whole]
    counted = [2 * Report.parse(each["report"]).loads / each["flops"] for each in whole]
    formula = [2 * each["loads"] / each["flops"] for each in whole]
    series = [Series("counted", x, counted), Series("2 / T", x, formula)]
    return [Plot("Global loads for each multiply-add", "bar", "kernel", "loads", series)]


def sums_table(samples: Samples) -> list[Table]:
    """Errors of the sums in both precisions."""
    rows = [[each["case"], each["wrong"], each["error"]] for each in samples.get("sums", [])]
    columns = ["sum", "not as the rounding says", "largest error / largest output"]
    return [Table("Precision of the accumulator", columns, rows)] if rows else []


def times_plot(samples: Samples) -> Plot:
    """Naive time over n and the learner's at the graded size."""
    seconds, n = samples["seconds"], samples["size"]
    arms = {int(name.split()[1]): values for name, values in seconds.items() if name.startswith("naive ")}
    arms[n] = seconds["baseline"]
    sizes = sorted(arms)
    naive = [_milliseconds(arms[size]) for size in sizes]
    series = [
        Series.of_intervals("three loops", sizes, naive),
        Series.of_intervals("yours", [n], [_milliseconds(seconds["solution"])]),
    ]
    return Plot("Time of one product in C", "line", "n", "ms", series, log_x=True, log_y=True)


def _milliseconds(values: list[float]) -> Interval:
    return statistics.median_interval([1e3 * value for value in values])
