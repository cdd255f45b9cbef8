"""Draws the plots of a verdict document, and the live points of a run, as plain text of a given size.

Series differ by their marker, so a plot means the same without colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

MARKERS = "ox*+#@"
LINE = "."
FRAME = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")
MIN_WIDTH = 24
MIN_HEIGHT = 6
MAX_TICKS = 6
TINY = 1e-15
CELLS = ".123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

Point = tuple[float, float]


def draw_plot(plot: Mapping[str, Any], width: int, height: int) -> str:
    """A plot of the verdict document (`kind` line, bar or grid) in at most `width` x `height` characters.

    `counts` says that all values are whole numbers of things, so that the axes are labelled with whole numbers.
    A plot that has no finite number, or a place too small for one, gives a sentence instead.
    """
    series = [dict(each) for each in plot.get("series", [])]
    if not series:
        return f"{plot.get('title', 'plot')}: no data"
    if plot.get("kind") == "grid":
        return _grid(plot, series, width, height)
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return f"{plot.get('title', 'plot')}: the window is too small to draw it"
    return _bars(plot, series, width, height) if plot.get("kind") == "bar" else _lines(plot, series, width, height)


def live_plot(points: Mapping[str, Sequence[Point]]) -> dict[str, Any]:
    """The plot of the points that a run has sent so far."""
    series = [
        {"name": name, "x": [x for x, _ in sent], "y": [y for _, y in sent]} for name, sent in points.items() if sent
    ]
    return {"title": "", "kind": "line", "x_label": "", "y_label": "", "series": series}


def legend(plot: Mapping[str, Any]) -> str:
    """One line that says which marker is which series."""
    names = [str(each.get("name", "")) for each in plot.get("series", [])]
    return "   ".join(f"{_marker(n)} {name}" for n, name in enumerate(names))


def _marker(n: int) -> str:
    return MARKERS[n % len(MARKERS)]


def _canvas(plot: Mapping[str, Any], width: int, height: int) -> Any:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, height)
    plotext.title(str(plot.get("title", "")) or None)
    plotext.xlabel(str(plot.get("x_label", "")) or None)
    plotext.ylabel(str(plot.get("y_label", "")) or None)
    return plotext


def _built(canvas: Any) -> str:
    try:
        drawn = canvas.uncolorize(canvas.build())
    except ArithmeticError:  # plotext's tick labels overflow where values are all but equal
        return "These values cannot be drawn."
    return "\n".join(line.rstrip() for line in drawn.translate(FRAME).splitlines())


def _lines(plot: Mapping[str, Any], series: list[dict[str, Any]], width: int, height: int) -> str:
    pairs = [_pairs(each) for each in series]
    drawn = [point for each in pairs for point in each]
    if not drawn:
        return f"{plot.get('title', 'plot')}: no finite values"
    canvas = _canvas(plot, width, height)
    for each in pairs:
        if len(each) > 1:
            canvas.plot([x for x, _ in each], [y for _, y in each], marker=LINE)
    for n, (each, sent) in enumerate(zip(pairs, series, strict=True)):
        if each:
            label = str(sent.get("name", "")) if plot.get("title") else None
            canvas.scatter([x for x, _ in each], [y for _, y in each], marker=_marker(n), label=label)
    _scale(canvas, plot, drawn)
    ticks = sorted({x for x, _ in drawn})
    if len(ticks) <= MAX_TICKS:
        canvas.xticks(ticks, [f"{tick:g}" for tick in ticks])
    if plot.get("counts"):
        canvas.xticks(count_ticks(int(ticks[0]), int(ticks[-1])))
        _label_counts(canvas, [y for _, y in drawn])
    return _built(canvas)


def count_ticks(low: int, high: int) -> list[int]:
    """Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `MAX_TICKS`."""
    step = 1
    while high // step - -(-low // step) >= MAX_TICKS:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(-(-low // step) * step, high + 1, step))


def _label_counts(canvas: Any, values: Sequence[float]) -> None:
    low, high = int(min(values)), int(max(values))
    if low < high:
        canvas.yticks(count_ticks(low, high))


def _scale(canvas: Any, plot: Mapping[str, Any], drawn: list[Point]) -> None:
    if plot.get("log_x") and all(x > 0 for x, _ in drawn):
        canvas.xscale("log")
    if plot.get("log_y") and all(y > 0 for _, y in drawn):
        canvas.yscale("log")


def _bars(plot: Mapping[str, Any], series: list[dict[str, Any]], width: int, height: int) -> str:
    names = [str(x) for x in series[0].get("x", [])]
    heights = [[value if _finite(value) else 0.0 for value in each.get("y", [])] for each in series]
    if not names or any(len(each) != len(names) for each in heights):
        return f"{plot.get('title', 'plot')}: no finite values"
    canvas = _canvas(plot, width, height)
    if len(series) == 1:
        canvas.bar(names, heights[0], marker=_marker(0), width=0.5)
    else:
        labels = [str(each.get("name", "")) for each in series]
        canvas.multiple_bar(names, heights, labels=labels, marker=[_marker(n) for n in range(len(series))], width=0.6)
    if plot.get("counts"):
        _label_counts(canvas, [0.0, *(value for each in heights for value in each)])
    return _built(canvas)


def _grid(plot: Mapping[str, Any], series: list[dict[str, Any]], width: int, height: int) -> str:
    """One row for each series; a cell is 0 or nothing (`.`), else the character of its number."""
    name_width = min(16, max(len(str(each.get("name", ""))) for each in series))
    lines = [str(plot.get("title", ""))]
    for each in series[: max(1, height - 3)]:
        cells = "".join(_cell(value) for value in each.get("y", []))
        lines.append(
            f"{str(each.get('name', ''))[:name_width]:>{name_width}} {cells[: max(1, width - name_width - 1)]}"
        )
    hidden = len(series) - max(1, height - 3)
    if hidden > 0:
        lines.append(f"{hidden} more rows do not fit")
    caption = ", ".join(text for text in (str(plot.get("x_label", "")), str(plot.get("y_label", ""))) if text)
    return "\n".join([*lines, caption]) if caption else "\n".join(lines)


def _cell(value: Any) -> str:
    if not _finite(value) or value <= 0:
        return CELLS[0]
    return CELLS[1 + (int(value) - 1) % (len(CELLS) - 1)]


def _pairs(series: Mapping[str, Any]) -> list[Point]:
    """Finite points; words on the x axis become their place, counted from 1."""
    xs = list(series.get("x", []))
    if any(isinstance(x, str) for x in xs):
        xs = [float(n) for n in range(1, len(xs) + 1)]
    return [(_whole(x), _whole(y)) for x, y in zip(xs, series.get("y", []), strict=False) if _finite(x) and _finite(y)]


def _whole(value: float) -> float:
    """The value, or 0 where it is so small that plotext cannot label it."""
    return value if abs(value) > TINY else 0.0


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
