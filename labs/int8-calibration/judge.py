"""Reads the samples: thresholds, integers and sums are right or wrong; the studies' errors are compared."""

from __future__ import annotations

from typing import Any

from report import describe, mean_by

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples

CLIPPED_AT_MOST = 0.5  # of MinMax's error, with outliers in the calibration set
CHANNEL_AT_MOST = 0.5  # of the error per tensor
MORE_SAMPLES_AT_MOST = 1.05  # error after 5,000 values over error after 50
GRADED_LAWS = ("normal", "laplace")
METHODS = ("minmax", "percentile", "entropy")


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; the studies' checks follow when the exact part was right."""
    found = [_cases("histogram", samples["histograms"], "histograms", "")]
    for method in METHODS:
        mine = [case for case in samples["thresholds"] if case["method"] == method]
        found.append(_cases(f"{method}-threshold", mine, f"{method} thresholds", "bins"))
    for name in ("scales", "quantize", "accumulate"):
        mine = [Comparison.parse(each["comparison"]) for each in samples["arrays"] if each["check"] == name]
        found.append(checks.within_error_budget(name, mine, what="arrays"))
    found.append(_cases("bytes", samples["bytes"], "sizes of a layer", "bytes"))
    if samples["studies"]:
        found += _studies(samples["studies"])
    outcome = Outcome(checks=found)
    describe(outcome, samples)
    return outcome


def _cases(check: str, cases: list[dict[str, Any]], what: str, unit: str) -> Check:
    return checks.every_case(check, [(c["case"], c["value"], c["right"]) for c in cases], what=what, unit=unit)


def _studies(studies: dict[str, Any]) -> list[Check]:
    quarter = [(row["case"], 4 * row["int8_bytes"], row["float_bytes"]) for row in studies["channels"]]
    return [
        _clipping(studies["outliers"]),
        _channels(studies["channels"]),
        _more_samples(studies["sizes"]),
        checks.every_case("weights-quarter", quarter, what="4 times the int8 bytes = the float32 bytes", unit="bytes"),
    ]


def _clipping(rows: list[dict[str, Any]]) -> Check:
    worst, shown = 0.0, ""
    for row in rows:
        if row["law"] not in GRADED_LAWS:
            continue
        (base,) = (each["mse"] for each in rows if each["law"] == row["law"] and each["method"] == "minmax")
        if row["method"] != "minmax" and row["mse"] / base > worst:
            worst = row["mse"] / base
            shown = f"{row['law']} values after calibrating with three outliers: error of {row['method']} "
            shown += f"{row['mse']:.3g} over MinMax's {base:.3g}"
    return checks.at_most("clipping-beats-minmax", worst, CLIPPED_AT_MOST, what=shown, unit="x")


def _channels(rows: list[dict[str, Any]]) -> Check:
    worst = max(rows, key=lambda row: row["channel"] / row["tensor"])
    shown = (
        f"weight {worst['case']}: output error per channel {worst['channel']:.3g} over per tensor {worst['tensor']:.3g}"
    )
    return checks.at_most(
        "channels-beat-tensor", worst["channel"] / worst["tensor"], CHANNEL_AT_MOST, what=shown, unit="x"
    )


def _more_samples(rows: list[dict[str, Any]]) -> Check:
    worst, shown = 0.0, ""
    for method in METHODS:
        few, many = (mean_by(rows, method, size).estimate for size in (50, 5_000))
        if many / few > worst:
            worst = many / few
            shown = f"{rows[0]['law']}, {method}: mean error after 5,000 values {many:.3g} over that after 50 {few:.3g}"
    return checks.at_most("more-samples", worst, MORE_SAMPLES_AT_MOST, what=shown, unit="x")
