"""Reads the samples: outputs, hazards, sectors, banks, active lanes and predictions."""

from __future__ import annotations

from typing import Any

from report import plots, tables

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.simt import LANES, Report
from graders.simt.soundness import soundness

ACTIVE_SHARE = 0.95
ISSUED_OVER_NEEDED = 1.25
SHARE_DIGITS = 9
FUNCTIONS = {
    "degree-formula": ("bank_conflict_degree", "passes"),
    "sector-formula": ("sectors_per_request", "sectors"),
}


def judge(samples: Samples) -> Outcome:
    """Return the outcome; nothing here is timed."""
    launches = samples.get("launches", [])
    found = [*soundness(launches), *_costs(launches), *_block_sum(launches), *_predictions(samples)]
    outcome = Outcome(checks=found, plots=plots(samples), tables=tables(samples))
    whole = [_report(each) for each in launches if each["least_sectors"] is not None]
    outcome.metrics = {
        "launches": float(len(launches)),
        "warp_instructions": float(sum(_report(each).issued for each in launches)),
        "sectors": float(sum(report.sectors for report in whole)),
        "shared_passes": float(sum(report.shared_passes for report in whole)),
    }
    outcome.observation = {
        "model": "SIMT machine of the referee: warps of 32, 32-byte sectors, 32 banks of 4 bytes",
        "notes": "counts, no times",
    }
    return outcome


def _costs(launches: list[dict[str, Any]]) -> list[Check]:
    whole = [each for each in launches if each["least_sectors"] is not None]
    sectors = [
        (f"{each['kernel']}, {each['shape']}, loads and stores", _report(each).sectors, each["least_sectors"])
        for each in whole
    ]
    # A kernel that uses no shared memory has degree 0 and no conflict.
    degrees = [(f"{each['kernel']}, {each['shape']}", max(1, _report(each).degree), 1) for each in launches]
    return [
        checks.every_case("coalesced", sectors, what="every byte crosses once: sectors = bytes / 32", unit="sectors"),
        checks.every_case("bank-conflicts", degrees, what="worst access to shared memory takes 1 pass", unit="passes"),
    ]


def _block_sum(launches: list[dict[str, Any]]) -> list[Check]:
    sums = [each for each in launches if each["kernel"] == "block_sum" and (each["floats"] or 0) > LANES * LANES]
    if not sums:
        return []
    worst = min(sums, key=lambda each: _report(each).active_share)
    costly = max(sums, key=lambda each: _report(each).issued / _needed(each))
    share, issued = _report(worst), _report(costly).issued
    lanes = f"{share.active_lanes:,} active lanes / (32 * {share.issued:,} instructions), {worst['shape']}"
    slots = f"{issued:,} instructions / (2 * {costly['floats']:,} / 32), {costly['shape']}"
    return [
        checks.at_least("active-lanes", share.active_share, ACTIVE_SHARE, what=f"block_sum: {lanes}"),
        checks.at_most("issue-slots", issued / _needed(costly), ISSUED_OVER_NEEDED, what=f"block_sum: {slots}"),
    ]


def _needed(launch: dict[str, Any]) -> float:
    """One load and one addition for each float, in full warps."""
    return 2 * float(launch["floats"]) / LANES


def _predictions(samples: Samples) -> list[Check]:
    found = []
    for check_id, (function, unit) in FUNCTIONS.items():
        if function in samples:
            rows = sorted(samples[function])
            cases = [(f"{function}({stride})", predicted, counted) for stride, predicted, counted in rows]
            found.append(checks.every_case(check_id, cases, what=f"{function} as counted over 32 lanes", unit=unit))
    if "branches" in samples:
        shares = [
            (each["branch"], _rounded(each["predicted"]), _rounded(each["counted"])) for each in samples["branches"]
        ]
        found.append(checks.every_case("lane-formula", shares, what="active_lane_share as counted on if/else kernels"))
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, SHARE_DIGITS)


def _report(launch: dict[str, Any]) -> Report:
    return Report.parse(launch["report"])
