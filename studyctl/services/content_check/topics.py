"""The knowledge map: topics that are named exist, prerequisites have no circle, lines and graphs lead into it."""

from __future__ import annotations

from collections.abc import Iterator

from studyctl.content.library import Library
from studyctl.domain.knowledge import first_cycle


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    known = library.map.topics
    for place, topics in _uses(library):
        if not topics:
            yield f"{place}: names no topic"
        yield from (f"{place}: no topic {topic!r}" for topic in topics if topic not in known)
    for topic in known.values():
        yield from (
            f"topic {topic.id}: no topic {needed!r} to know before it" for needed in topic.needs if needed not in known
        )
    if circle := first_cycle(known):
        yield f"topics need each other in a circle: {' -> '.join(circle)}"
    branches = {branch.id for branch in library.map.branches}
    yield from (
        f"map line {line.number}: no branch {line.branch!r}"
        for line in library.map.lines
        if line.branch not in branches
    )
    for graph in library.map.graphs:
        for node in graph.nodes:
            yield from (
                f"graph {graph.id}, {node.id}: no topic {topic!r}" for topic in node.topics if topic not in known
            )


def _uses(library: Library) -> Iterator[tuple[str, tuple[str, ...]]]:
    for track in library.tracks:
        yield from ((str(day.address), day.topics) for day in library.days(track))
    yield from ((f"lesson {address}", library.lesson(address).topics) for address in library.lessons)
    yield from ((f"card {card.id}", card.topics) for card in library.cards.values())
    yield from ((f"question {question.id}", question.topics) for question in library.questions.values())
    yield from ((f"lab {lab.slug}", lab.topics) for lab in library.labs.values())
    yield from ((f"map line {line.number}", line.topics) for line in library.map.lines)
