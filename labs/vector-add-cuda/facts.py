"""What is right or wrong without a clock: outputs of twin and source, bounds, loads, registers and spills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Samples
from graders.simt import Report
from graders.simt.soundness import soundness

MOST_REGISTERS = 64  # 65,536 of an SM / 64 = 1,024 threads, half of what it can hold
GRID_KINDS = ("more threads", "fewer threads")


def facts(samples: Samples) -> list[Check]:
    """Return the checks for whatever the samples hold."""
    launches = samples.get("launches", [])
    found = [*soundness([each for each in launches if each["kind"] not in GRID_KINDS])[:1], *soundness(launches)[1:]]
    found += [_any_grid("any-grid", launches), *_costs(launches)]
    if "build_error" in samples:
        error = samples["build_error"]
        found.append(checks.holds("cuda-builds", not error, error or "the CUDA source builds"))
    if "cuda" in samples:
        found += _cuda(samples["cuda"])
    return found + _compiled(samples.get("compiled", []))


def _any_grid(check_id: str, launches: Sequence[dict[str, Any]]) -> Check:
    compared = [Comparison.parse(each["comparison"]) for each in launches if each["kind"] in GRID_KINDS]
    return checks.within_error_budget(check_id, compared, what="launches with more or fewer threads than elements")


def _costs(launches: list[dict[str, Any]]) -> list[Check]:
    once = [(each["shape"], _accesses(each["report"]), 3 * each["n"]) for each in launches]
    sectors = [
        (each["shape"], Report.parse(each["report"]).sectors, each["least_sectors"])
        for each in launches
        if each["least_sectors"] is not None
    ]
    return [
        checks.every_case("once", once, what="2n loads and n stores, whatever the grid", unit="accesses"),
        checks.every_case("coalesced", sectors, what="every byte crosses once: 12n / 32 sectors", unit="sectors"),
    ]


def _accesses(report: dict[str, Any]) -> int:
    seen = Report.parse(report)
    return seen.loads + seen.stores


def _cuda(launches: list[dict[str, Any]]) -> list[Check]:
    direct = [Comparison.parse(each["comparison"]) for each in launches if each["kind"] not in GRID_KINDS]
    outside = [(each["shape"], each["outside"], 0) for each in launches]
    found = [
        checks.within_error_budget("cuda-outputs", direct, what="launches"),
        checks.every_case("cuda-in-bounds", outside, what="guards around c untouched", unit="elements written"),
    ]
    if any(each["kind"] in GRID_KINDS for each in launches):
        found.append(_any_grid("cuda-any-grid", launches))
    return found


def _compiled(compiled: list[dict[str, Any]]) -> list[Check]:
    if not compiled:
        return []
    refused = next((each for each in compiled if each["error"]), None)
    names = ", ".join(each["architecture"] for each in compiled)
    text = f"{refused['architecture']}: {refused['error']}" if refused else f"nvcc compiles for {names}"
    found = [checks.holds("nvcc", refused is None, text)]
    if refused is None:
        spills = [(each["architecture"], each["spilled"], 0) for each in compiled]
        most = max(each["registers"] for each in compiled)
        what = "registers of a thread"
        found.append(checks.every_case("spills", spills, what="nothing is spilled to local memory", unit="bytes"))
        found.append(checks.at_most("registers", most, MOST_REGISTERS, what=what))
    return found
