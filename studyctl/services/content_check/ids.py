"""Ids are permanent: every id that was ever released is in a ledger, and still means something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from studyctl.content.library import Library

LEDGER = "ids.txt"
_HEAD = (
    "# Every id that was released, one a line. Progress hangs on them: none is ever removed, renamed or given away.\n"
)


def current(library: Library) -> list[str]:
    """All ids of items, cards, labs, figures, protocols and topics, sorted; one that stands twice is there twice."""
    days = [day for track in library.tracks for day in library.days(track)]
    found = [f"item {item.id}" for day in days for item in day.items]
    found += [f"card {card}" for card in library.cards]
    found += [f"lab {slug}" for slug in library.labs]
    found += [f"figure {slug}/{figure.name}" for slug, figures in library.figures.items() for figure in figures]
    found += [f"protocol {protocol.id}" for protocol in library.protocols]
    found += [f"topic {topic}" for topic in library.map.topics]
    return sorted(found)


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    now, released = current(library), _released(library.curriculum / LEDGER)
    yield from (f"the id stands twice: {name}" for name, count in Counter(now).items() if count > 1)
    yield from (f"the id is gone, but was released: {name}" for name in sorted(released - set(now)))
    missing = sorted(set(now) - released)
    if missing:
        yield f"{len(missing)} ids are not in curriculum/{LEDGER}, e.g. {missing[0]}: studyctl dev ids --write"


def write(library: Library) -> int:
    """Add the ids that are new to the ledger; returns how many. It never removes one."""
    path = library.curriculum / LEDGER
    released = _released(path)
    fresh = set(current(library)) - released
    path.write_text(_HEAD + "\n".join(sorted(released | fresh)) + "\n", encoding="utf-8")
    return len(fresh)


def _released(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}
