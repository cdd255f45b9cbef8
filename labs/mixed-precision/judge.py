"""Reads the samples: every rule is kept or broken; the studies compare errors of formats, sums and gradients."""

from __future__ import annotations

from typing import Any

from report import describe

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples

OUTPUTS = {
    "round-normal": "rounded normal numbers",
    "ties-to-even": "ties",
    "subnormals": "rounded subnormal numbers",
    "overflow": "values around the largest number",
    "special-values": "infinities, NaN and zeros",
    "bf16-bits": "bf16 bit patterns",
    "sum-rounded": "sums rounded at each step",
    "sum-kahan": "compensated sums",
    "loss-scaler": "states of the loss scaler",
    "unscaled-gradients": "steps with unscaled gradients",
    "bytes": "byte counts",
}
KAHAN_AT_MOST = 0.05  # of the plain sum's error
SCALED_AT_MOST = 0.05  # of the gradients lost without a scale
FP16_LARGEST = 65_504


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; the studies' checks follow when every rule was kept."""
    parts = [each for name in ("rules", "bits", "sums", "scaler", "bytes") for each in samples[name]]
    found = [_rule(check, what, [each for each in parts if each["check"] == check]) for check, what in OUTPUTS.items()]
    if samples["studies"]:
        found += _studies(samples["studies"])
    outcome = Outcome(checks=found)
    describe(outcome, samples)
    return outcome


def _rule(check: str, what: str, parts: list[dict[str, Any]]) -> Check:
    wrong, total = sum(each["wrong"] for each in parts), sum(each["total"] for each in parts)
    example = next((each["example"] for each in parts if each["wrong"]), "")
    return checks.same_output(check, wrong, total, what=what, example=example)


def _studies(studies: dict[str, Any]) -> list[Check]:
    rows = [{name: row[name] for name in ("fp32", "fp16", "bf16")} for row in studies["matmul"]]
    orders = [checks.rising_order("error-order", row, what="relative error of a product") for row in rows]
    sums, gradients = studies["long_sum"], studies["gradients"]
    kahan = f"error of the compensated fp16 sum {sums['sum_kahan']:.3g} over the plain one {sums['sum_rounded']:.3g}"
    lost = (
        f"gradients that vanish in fp16: {gradients['scaled']:.3g} with a scale over {gradients['plain']:.3g} without"
    )
    return [
        next((check for check in orders if not check.passed), orders[0]),
        _range(studies["curve"]),
        checks.at_most(
            "kahan-saves-the-sum", sums["sum_kahan"] / sums["sum_rounded"], KAHAN_AT_MOST, what=kahan, unit="x"
        ),
        checks.at_most(
            "scale-saves-gradients", gradients["scaled"] / gradients["plain"], SCALED_AT_MOST, what=lost, unit="x"
        ),
    ]


def _range(curve: list[dict[str, Any]]) -> Check:
    """fp16 ends at 65,504, bf16 goes on as far as float32."""
    above = [row for row in curve if row["scale"] > FP16_LARGEST]
    below = [row for row in curve if 2 * row["scale"] <= FP16_LARGEST]
    right = all(row["fp16_infinite"] == 1 for row in above) and not any(row["fp16_infinite"] for row in below)
    right = right and not any(row["bf16_infinite"] for row in curve)
    infinite = ", ".join(f"{row['scale']:g}: {row['fp16_infinite']:.0%}" for row in curve if row["scale"] >= 1e3)
    bf16 = max(row["bf16_infinite"] for row in curve)
    text = f"share of infinite fp16 values by scale: {infinite}; of bf16 values at most {bf16:.0%}"
    return checks.holds("range", right and bool(above), text, value=FP16_LARGEST)
