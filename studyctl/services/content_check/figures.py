"""Figures: two to five for each lab, and each one a number that the lab's committed record has with an interval."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from studyctl.content.library import Library
from studyctl.domain.figures import Figure, measured

LEAST, MOST = 2, 5
ASK, WHY = 280, 160  # characters


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    yield from (f"figures of {slug}: no such lab" for slug in library.figures if slug not in library.labs)
    for slug in library.labs:
        figures = library.figures.get(slug, ())
        if not LEAST <= len(figures) <= MOST:
            yield f"lab {slug}: {len(figures)} figures, {LEAST} to {MOST} are wanted"
        documents = [json.loads(path.read_text(encoding="utf-8")) for path in library.record_files(slug)]
        for figure in figures:
            yield from (f"lab {slug}, figure {figure.name}: {problem}" for problem in _problems(figure, documents))


def _problems(figure: Figure, documents: list[dict[str, Any]]) -> Iterator[str]:
    if figure.ask.count("?") != 1:
        yield "it asks one question"
    for name, text, room in (("ask", figure.ask, ASK), ("why", figure.why, WHY)):
        if len(text) > room:
            yield f"its {name!r} has {len(text)} characters, {room} are enough"
    if not documents:
        yield "its lab has no committed record"
    for document in documents:
        found = measured(figure, document)
        if found is None:
            yield f"the record on {document['record']['device']} has no such number"
        elif not found.low <= found.estimate <= found.high:
            yield f"{found.estimate:g} lies outside its interval [{found.low:g}, {found.high:g}]"
        elif found.estimate == 0:
            yield "a card cannot ask for 0 within a relative tolerance"
