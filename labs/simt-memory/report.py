"""What the launches looked like: the first version of each kernel beside the learner's, predictions beside counts."""

from __future__ import annotations

from typing import Any

from graders.outcome import Plot, Samples, Series, Table
from graders.simt import Report

SHOWN_STRIDES = (1, 2, 4, 8, 16, 17, 32, 33)


def tables(samples: Samples) -> list[Table]:
    """First version against the learner's on the same arrays, and the branches."""
    found = []
    own = {each["kernel"]: each for each in samples.get("launches", []) if each["least_sectors"] is not None}
    rows: list[list[str | float | int | None]] = []
    for each in samples.get("first_versions", []):
        kernel = each["kernel"]
        if kernel not in own:
            continue
        rows.append([kernel, "first version", *_figures(each["report"], own[kernel]["least_sectors"])])
        rows.append([kernel, "yours", *_figures(own[kernel]["report"], own[kernel]["least_sectors"])])
    if rows:
        columns = [
            "kernel",
            "version",
            "sectors",
            "least",
            "per load",
            "per store",
            "worst degree",
            "active %",
            "issued",
        ]
        found.append(Table("What each launch cost", columns, rows))
    if branches := samples.get("branches", []):
        rows = [[each["branch"], each["predicted"], each["counted"]] for each in branches]
        found.append(Table("Active lanes of an if/else", ["branch", "yours", "counted"], rows))
    return found


def plots(samples: Samples) -> list[Plot]:
    """Passes and sectors over the stride."""
    found = []
    shapes = {
        "bank_conflict_degree": ("Passes of a shared-memory access", "passes"),
        "sectors_per_request": ("Sectors of a global load", "32-byte sectors"),
    }
    for function, (title, unit) in shapes.items():
        by_stride = {row[0]: row for row in samples.get(function, [])}
        shown = [by_stride[stride] for stride in SHOWN_STRIDES if stride in by_stride]
        if not shown:
            continue
        x = [str(row[0]) for row in shown]
        series = [Series("counted", x, [row[2] for row in shown]), Series("yours", x, [row[1] for row in shown])]
        found.append(Plot(title, "bar", "stride in words", unit, series))
    return found


def _figures(report: dict[str, Any], least: int) -> list[float | int]:
    seen = Report.parse(report)
    per_load = seen.load_sectors / max(1, seen.load_requests)
    per_store = seen.store_sectors / max(1, seen.store_requests)
    share = round(100 * seen.active_share, 1)
    return [seen.sectors, least, round(per_load, 2), round(per_store, 2), seen.degree, share, seen.issued]
