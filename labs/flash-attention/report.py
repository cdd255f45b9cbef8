"""Turns the samples into metrics, a table, three plots and the observation template."""

from __future__ import annotations

from typing import Any

import oracle

from graders.outcome import Outcome, Plot, Series, Table

MIB = 1 << 20
LENGTHS = [256, 512, 1024, 2048, 4096, 8192, 16384]
TILE = 128
N, D = 4096, 64  # of the plot of traffic against tile rows
TILE_ROWS = [16, 32, 64, 128, 256, 512, 1024]


def report(memory: list[dict[str, Any]], outcome: Outcome, outputs: int) -> None:
    """Fill everything of ``outcome`` but the checks."""
    outcome.plots = [_score_plot()]
    outcome.metrics = {"outputs": float(outputs)}
    if memory:
        outcome.plots.append(_measured_plot(memory))
        outcome.tables = [_table(memory)]
        outcome.metrics |= _metrics(memory)
        outcome.observation = _observation(memory)
    outcome.plots.append(_traffic_plot())


def _score_plot() -> Plot:
    standard, tiled = zip(*(oracle.score_bytes(t, t, TILE, TILE) for t in LENGTHS), strict=True)
    series = [Series("whole matrix", LENGTHS, standard), Series(f"one tile of {TILE}x{TILE}", LENGTHS, tiled)]
    return Plot("Peak score bytes of one head, by formula", "line", "T", "bytes", series, log_x=True, log_y=True)


def _measured_plot(memory: list[dict[str, Any]]) -> Plot:
    series = []
    for who, name in (("control", "standard attention (the referee's)"), ("solution", "yours")):
        rows = sorted(
            (each["t_q"], each["grown"] / MIB)
            for each in memory
            if each["who"] == who and each["shape"] in ("sweep", "square")
        )
        series.append(Series(name, [row[0] for row in rows], [row[1] for row in rows]))
    return Plot("Memory newly held in one call, measured", "line", "T", "MiB", [s for s in series if s.x], log_x=True)


def _traffic_plot() -> Plot:
    standard = sum(oracle.standard_traffic(N, N, D)) / MIB
    tiled = [sum(oracle.tiled_traffic(N, N, D, rows, TILE, False)) / MIB for rows in TILE_ROWS]
    series = [
        Series("standard", TILE_ROWS, [standard] * len(TILE_ROWS)),
        Series("tiled", TILE_ROWS, tiled),
    ]
    title = f"HBM traffic of one head, N = {N}, d = {D}, by formula"
    return Plot(title, "line", "rows of a query tile", "MiB", series, log_x=True, log_y=True)


def _table(memory: list[dict[str, Any]]) -> Table:
    columns = ["whose", "Tq", "Tk", "D", "tile", "all scores MiB", "newly held MiB", "touched MiB", "s"]
    rows: list[list[str | float | int | None]] = [
        ["yours" if each["who"] == "solution" else "standard", each["t_q"], each["t_k"], each["d"],
         f"{each['block_q']}x{each['block_k']}", _mib(each["scores"][0]), _mib(each["grown"]), _mib(each["touched"]),
         round(each["seconds"], 3)]
        for each in memory
    ]  # fmt: skip
    return Table("Memory of one call (time is told, not graded)", columns, rows)


def _mib(value: int | None) -> float | None:
    return None if value is None else round(value / MIB, 1)


def _square(memory: list[dict[str, Any]], who: str) -> dict[str, Any] | None:
    return next((each for each in memory if each["who"] == who and each["shape"] == "square"), None)


def _metrics(memory: list[dict[str, Any]]) -> dict[str, float]:
    found = {f"held_mib_{each['shape']}": each["grown"] / MIB
             for each in memory if each["who"] == "solution" and each["shape"] != "sweep"}  # fmt: skip
    own, control = _square(memory, "solution"), _square(memory, "control")
    if own and control:
        found |= {
            "held_mib_standard": control["grown"] / MIB,
            "seconds_tiled": own["seconds"],
            "seconds_standard": control["seconds"],
        }
    return found


def _observation(memory: list[dict[str, Any]]) -> dict[str, str | float | int | None]:
    own, control = _square(memory, "solution"), _square(memory, "control")
    if not own or not control:
        return {}
    return {
        "model": f"one attention head, D = {own['d']}, float32",
        "prompt": f"T = {own['t_q']}, tiles of {own['block_q']}x{own['block_k']}",
        "batch_size": 1,
        "notes": "one call each; its time is told and not graded",
        "observations": f"standard attention newly held {control['grown'] / MIB:.0f} MiB in "
        f"{control['seconds']:.2f} s, tiles held {own['grown'] / MIB:.0f} MiB in {own['seconds']:.2f} s; "
        f"all scores are {own['scores'][0] / MIB:.0f} MiB, one tile is {own['scores'][1] / MIB:.2g} MiB",
    }
