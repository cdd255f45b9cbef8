"""A verdict document as text: the outcome, its checks, tables and plots, and where the record lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from textual.content import Content

from studyctl.plots import draw_plot

PLOT_HEIGHT = 13
PLOT_WIDTH = 76
INDENT = " " * 5
PASSED, NOT_PASSED = "[ok]", "[no]"
MEANING = {
    "passed": "every check holds",
    "failed": "a check does not hold",
    "noisy": "this machine was too busy to decide; run it again",
    "error": "the code raised, or answered with the wrong type",
    "timeout": "a call or the whole run took too long",
    "crashed": "the learner's process died",
    "impossible": "faster than this machine can be: the work was not done",
    "refused": "the file could not be loaded, or changed during the run",
}


def headline(document: Mapping[str, Any]) -> Content:
    """The verdict in a word, what it means, the level of evidence, the time it took and, where not passed, why."""
    verdict = str(document.get("verdict", ""))
    good = verdict == "passed"
    checks = list(document.get("checks", []))
    passed = sum(bool(check.get("passed")) for check in checks)
    word = Content.styled(
        f"{PASSED if good else NOT_PASSED} {verdict.upper()}", f"bold {'$text-success' if good else '$text-error'}"
    )
    facts = [f"{passed} of {len(checks)} checks", f"evidence: {document.get('evidence', 'unknown')}"]
    seconds = document.get("seconds")
    if isinstance(seconds, int | float):
        facts.append(f"{seconds:.1f} s")
    lines = [word + Content(f"  {MEANING.get(verdict, '')}  ({', '.join(facts)})")]
    if not good and document.get("reason"):
        lines.append(Content(str(document["reason"])))
    return Content("\n").join(lines)


def checks(document: Mapping[str, Any], width: int) -> Content:
    """Every check: glyph, id, value, bound and unit, and below it what it says, wrapped to `width`."""
    found = list(document.get("checks", []))
    if not found:
        return Content("No check was reached.")
    names = max(len(str(check.get("id", ""))) for check in found)
    lines: list[Content] = []
    for check in found:
        good = bool(check.get("passed"))
        glyph = Content.styled(PASSED if good else NOT_PASSED, "$text-success" if good else "bold $text-error")
        unit = str(check.get("unit") or "")
        numbers = [f"{name} {_number(check[name])}" for name in ("value", "bound") if check.get(name) is not None]
        lines.append(glyph + Content(f" {check.get('id', '')!s:<{names}}  {', '.join(numbers)} {unit}".rstrip()))
        message = fill(str(check.get("message", "")), max(20, width), initial_indent=INDENT, subsequent_indent=INDENT)
        lines.append(Content.styled(message, "$text-muted" if good else ""))
    return Content("\n").join(lines)


def table(document: Mapping[str, Any], width: int) -> Content:
    """One table of results; one that is too wide for `width` is turned, so that its columns become lines."""
    title = Content.styled(str(document.get("title", "")), "bold")
    columns = [str(name) for name in document.get("columns", [])]
    rows = [[_number(cell) for cell in row][: len(columns)] for row in document.get("rows", [])]
    rows = [row + [""] * (len(columns) - len(row)) for row in rows]
    upright = [columns, *rows]
    lines = _aligned(upright)
    if max(len(line) for line in lines) > width:
        lines = _aligned([list(column) for column in zip(*upright, strict=True)])
    head, *rest = lines
    return Content("\n").join([title, Content.styled(head, "underline"), *(Content(line) for line in rest)])


def plots(document: Mapping[str, Any], width: int) -> list[Content]:
    """Every plot of the document, drawn for a place of this width."""
    fitting = min(PLOT_WIDTH, width)
    return [Content(draw_plot(plot, fitting, PLOT_HEIGHT)) for plot in document.get("plots", [])]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells in columns: the first to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{widths[n]}}" if n == 0 else f"{cell:>{widths[n]}}" for n, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def _number(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.4g}"
