"""A graded run as text: verdict, checks, tables, plots."""

from __future__ import annotations

from typing import Any

from studyctl.domain.labs import LabRecord

PLOT_SIZE = (76, 16)


def result_lines(record: LabRecord, plots: bool = True) -> list[str]:
    """Everything worth reading about a run."""
    shown = record.document
    how = f"{record.evidence.value}, {record.device}, {record.seconds:.1f} s"
    lines = [f"{record.verdict.value.upper()}  {record.slug}  ({how})"]
    if shown.get("reason"):
        lines.append(str(shown["reason"]))
    lines += [
        f"  [{'ok' if check['passed'] else 'no'}] {check['id']}: {check['message']}"
        for check in shown.get("checks", [])
    ]
    for each in shown.get("tables", []):
        lines += ["", *table_lines(each)]
    if plots:
        for each in shown.get("plots", []):
            lines += ["", *plot_lines(each)]
    return [*lines, "", f"record {record.id}", record.path]


def table_lines(table: dict[str, Any]) -> list[str]:
    """A table with aligned columns."""
    rows = [[_cell(cell) for cell in row] for row in (table["columns"], *table["rows"])]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    body = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [str(table["title"]), *body]


def plot_lines(plot: dict[str, Any], size: tuple[int, int] = PLOT_SIZE) -> list[str]:
    """A plot drawn with characters, uncoloured."""
    if plot["kind"] == "grid":
        return _grid_lines(plot)
    import plotext

    plotext.clear_figure()
    plotext.plotsize(*size)
    plotext.theme("clear")
    plotext.title(plot["title"])
    plotext.xlabel(plot["x_label"])
    plotext.ylabel(plot["y_label"])
    if plot.get("log_x"):
        plotext.xscale("log")
    markers = ("o", "x", "+", "*", "#", "@")
    for series, marker in zip(plot["series"], markers * 8, strict=False):
        if plot["kind"] == "bar":
            plotext.bar([_cell(x) for x in series["x"]], series["y"], label=series["name"], marker=marker)
        else:
            plotext.plot(series["x"], series["y"], label=series["name"], marker=marker)
    return [line.rstrip() for line in plotext.uncolorize(plotext.build()).splitlines()]


def _grid_lines(plot: dict[str, Any]) -> list[str]:
    rows = [f"{series['name']}: {' '.join(_cell(value) for value in series['y'])}" for series in plot["series"]]
    return [str(plot["title"]), *rows]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)
