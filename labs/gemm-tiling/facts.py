"""What is right or wrong without a clock: loads, hazards, formula, rounding. The experiment stops where this fails."""

from __future__ import annotations

from typing import Any

from graders import checks
from graders.checks import Check
from graders.outcome import Samples
from graders.simt import Report
from graders.simt.soundness import soundness

FLOATS_PER_SECTOR = 8


def facts(samples: Samples) -> list[Check]:
    """Return the checks for whatever the samples hold."""
    launches = samples.get("launches", [])
    return [*soundness(launches), *_loads(launches), *_formula(samples), *_sums(samples)]


def _loads(launches: list[dict[str, Any]]) -> list[Check]:
    whole = [each for each in launches if each["whole"]]
    naive = [(each["shape"], _report(each).loads, each["loads"]) for each in whole if each["tile"] == 1]
    tiled = [(each["shape"], _report(each).loads, each["loads"]) for each in whole if each["tile"] > 1]
    sectors = [
        (f"{each['shape']}, loads", _report(each).load_sectors, each["loads"] // FLOATS_PER_SECTOR)
        for each in whole
        if each["tile"] > 1
    ]
    degrees = [
        (f"{each['kernel']}, {each['shape']}", max(1, _report(each).degree), 1) for each in launches if each["tile"] > 1
    ]
    return [
        checks.every_case("naive-loads", naive, what="gemm_naive loads 2mnk floats", unit="loads"),
        checks.every_case("tiled-loads", tiled, what="gemm_tiled loads 2mnk / T floats", unit="loads"),
        checks.every_case("coalesced", sectors, what="gemm_tiled loads whole sectors: loads / 8", unit="sectors"),
        checks.every_case("bank-conflicts", degrees, what="worst access to a tile takes 1 pass", unit="passes"),
    ]


def _formula(samples: Samples) -> list[Check]:
    if "loads" not in samples:
        return []
    rows = sorted(samples["loads"], key=lambda row: row[0][0] * row[0][1] * row[0][2])
    cases = [
        (f"global_loads(m={m}, n={n}, k={k}, tile={tile})", given, right) for (m, n, k, tile), given, right in rows
    ]
    return [checks.every_case("load-formula", cases, what="mk * ceil(n/T) + kn * ceil(m/T)", unit="loads")]


def _sums(samples: Samples) -> list[Check]:
    sums = samples.get("sums", [])
    if not sums:
        return []
    wrong = next((each for each in sums if each["wrong"]), None)
    example = f"{wrong['case']} at {wrong['example']}" if wrong else ""
    total, bad = sum(each["elements"] for each in sums), sum(each["wrong"] for each in sums)
    positive = [each for each in sums if each["inputs"] == "values in [0, 1)" and each["error"] is not None]
    errors = {each["dtype"]: each["error"] for each in positive}
    ordered = {dtype: errors[dtype] for dtype in ("float32", "float16") if dtype in errors}
    return [
        checks.same_output("accumulation", bad, total, what="sums, to the last bit,", example=example),
        checks.rising_order("half-error", ordered, what="largest error over the largest output, values in [0, 1)"),
    ]


def _report(launch: dict[str, Any]) -> Report:
    return Report.parse(launch["report"])
