"""A graded run as text: verdict, checks, tables, plots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studyctl.cli.lab_figures import figure_lines
from studyctl.domain.labs import LabRecord
from studyctl.domain.predictions import FigureResult
from studyctl.plots import draw_plot

PLOT_SIZE = (76, 16)


def result_lines(record: LabRecord, figures: Iterable[FigureResult] = (), plots: bool = True) -> list[str]:
    """Everything worth reading about a run; `figures` are what it measured beside what was predicted."""
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
    return [*lines, *figure_lines(figures), "", f"record {record.id}", record.path]


def table_lines(table: dict[str, Any]) -> list[str]:
    """A table with aligned columns."""
    rows = [[_cell(cell) for cell in row] for row in (table["columns"], *table["rows"])]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    body = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [str(table["title"]), *body]


def plot_lines(plot: dict[str, Any], size: tuple[int, int] = PLOT_SIZE) -> list[str]:
    """A plot drawn with characters, uncoloured."""
    return [line.rstrip() for line in draw_plot(plot, *size).splitlines()]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)
