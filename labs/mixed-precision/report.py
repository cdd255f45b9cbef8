"""What small floats lose: a table of the formats, the error over the scale of the values, sums and gradients."""

from __future__ import annotations

import math
from typing import Any

from formats import BF16, FP16, SMALL, TF32

from graders.outcome import Outcome, Plot, Samples, Series, Table


def describe(outcome: Outcome, samples: Samples) -> None:
    """Fill plots, tables, metrics and observation."""
    studies = samples["studies"]
    outcome.tables = [_formats_table()]
    outcome.plots = [_rules_plot(samples["rules"])]
    outcome.observation = {"notes": "formats emulated bit by bit; speed is not measured, it is the hardware's"}
    if not studies:
        outcome.observation["observations"] = "ended before the studies of errors: a rule was broken"
        return
    outcome.plots = [_curve_plot(studies["curve"]), _losses_plot(studies), *outcome.plots]
    errors, sums, gradients = studies["matmul"][0], studies["long_sum"], studies["gradients"]
    outcome.metrics = {f"product_error_{name}": value for name, value in errors.items()}
    outcome.metrics |= {f"sum_error_{name.removeprefix('sum_')}": value for name, value in sums.items()}
    outcome.metrics |= {f"gradients_lost_{name}": gradients[name] for name in ("plain", "scaled", "bf16")}
    outcome.observation["observations"] = (
        f"relative error of a product: fp16 {errors['fp16']:.2g}, bf16 {errors['bf16']:.2g}; "
        f"8,192 values added in fp16 are off by {sums['sum_rounded']:.0%}, in float32 by {sums['float32']:.2%}; "
        f"fp16 loses {gradients['plain']:.0%} of small gradients, {gradients['scaled']:.2%} with a loss scale"
    )


def _formats_table() -> Table:
    rows: list[list[str | float | int | None]] = []
    for form in (FP16, BF16, TF32, *SMALL):
        numbers = (form.largest, form.smallest_normal, form.step, 2.0**-form.mantissa_bits)
        rows.append([form.name, form.exponent_bits, form.mantissa_bits, *(float(f"{value:.5g}") for value in numbers)])
    columns = ["format", "exponent bits", "mantissa bits", "largest", "smallest normal", "smallest", "step at 1"]
    return Table("Formats", columns, rows)


def _rules_plot(rules: list[dict[str, Any]]) -> Plot:
    names = list(dict.fromkeys(each["check"] for each in rules))
    wrong = [sum(each["wrong"] for each in rules if each["check"] == name) for name in names]
    return Plot("Wrong values by rule of rounding", "bar", "rule", "values", [Series("wrong", names, wrong)])


def _curve_plot(curve: list[dict[str, Any]]) -> Plot:
    series = []
    for name in ("fp16", "bf16"):
        known = [row for row in curve if row[name] is not None and math.isfinite(row[name]) and row[name] > 0]
        series.append(Series(name, [row["scale"] for row in known], [row[name] for row in known]))
    title = "Relative error of rounding over the scale of the values (a line ends where values become infinite)"
    return Plot(title, "line", "scale", "mean relative error", series, log_x=True, log_y=True)


def _losses_plot(studies: dict[str, Any]) -> Plot:
    sums = studies["long_sum"]
    names = ["added in fp16", "compensated in fp16", "added in float32"]
    values = [sums["sum_rounded"], sums["sum_kahan"], sums["float32"]]
    title = "Relative error of 8,192 positive fp16 values' sum"
    return Plot(title, "bar", "way of adding", "relative error", [Series("error", names, values)], log_y=True)
