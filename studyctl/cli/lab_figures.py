"""Figures of a lab as text: predictions, results, proposed cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from studyctl.domain.measured_cards import Proposal
from studyctl.domain.predictions import FigureResult, amount, told, told_unit

if TYPE_CHECKING:
    from studyctl.services.predictions import Asked


def asked_lines(asked: Iterable[Asked]) -> list[str]:
    """A line for each figure, with what is predicted for the next run."""
    return [
        f"{each.figure.name}: {each.figure.title}: "
        + (
            f"no prediction (in {told_unit(each.figure)})"
            if each.predicted is None
            else f"predicted {amount(each.predicted, each.figure.unit)}"
        )
        for each in asked
    ]


def figure_lines(results: Iterable[FigureResult]) -> list[str]:
    """A block for the figures of a run, empty where it has none."""
    lines = [f"  {told(each)}" for each in results]
    return ["", "Figures", *lines] if lines else []


def proposal_lines(record_id: str, proposals: Iterable[Proposal]) -> list[str]:
    """Numbered proposals and the command that takes them; empty where there is none."""
    lines = [f"  {n}  ({each.reason.value}) {told(each.result)}" for n, each in enumerate(proposals, start=1)]
    if not lines:
        return []
    take = f"None is added before you say so: studyctl lab cards {record_id} --take 1 (or 1,2, or all)"
    return [f"{len(lines)} card{'s' if len(lines) != 1 else ''} proposed from record {record_id}:", *lines, take]


def document_of(result: FigureResult) -> dict[str, object]:
    """A figure of a run for JSON."""
    found = result.measured
    return {
        "name": result.figure.name,
        "title": result.figure.title,
        "unit": result.figure.unit,
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "predicted": result.predicted,
        "surprise": result.surprise,
    }
