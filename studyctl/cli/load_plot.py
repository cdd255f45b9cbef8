"""Cards due on each of the next days, before and after something moves them."""

from __future__ import annotations

from collections.abc import Sequence

from studyctl.cli import output

PLOT_SIZE = (76, 14)


def print_loads(before: Sequence[int], after: Sequence[int], names: tuple[str, str]) -> None:
    """A plot of both, today first; `names` are those of the two series."""
    from studyctl.plots import draw_plot, legend

    days = list(range(len(before)))
    series = [{"name": name, "x": days, "y": list(load)} for name, load in zip(names, (before, after), strict=True)]
    plot = {"title": "", "kind": "line", "counts": True, "x_label": "days from today", "y_label": "", "series": series}
    output.line(draw_plot(plot, *PLOT_SIZE))
    output.line(legend(plot))
