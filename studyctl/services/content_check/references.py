"""Every reference from one part of the content to another leads somewhere, and twins know each other."""

from __future__ import annotations

from collections.abc import Iterator

from studyctl.content.glossary import find_term
from studyctl.content.library import Library
from studyctl.domain.address import parse_address
from studyctl.domain.lesson import LINK
from studyctl.errors import StudyError


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    days = {day.address: day for track in library.tracks for day in library.days(track)}
    asked = {item.id for day in days.values() for item in day.items if item.kind.asked}
    yield from (f"card {card.id}: no day {card.day}" for card in library.cards.values() if card.day not in days)
    yield from (f"question {name}: no such prompt in the plan" for name in library.questions if name not in asked)
    for day in days.values():
        for twin in day.twins:
            if twin not in days:
                yield f"{day.address}: no day {twin}, its twin"
            elif day.address not in days[twin].twins:
                yield f"{day.address}: its twin {twin} does not name it"
        yield from (f"{day.address}: no day {other} to gather" for other in day.gathers if other not in days)
    for address in library.lessons:
        for target in library.lesson(address).links:
            if problem := _link_problem(library, target):
                yield f"lesson {address}: {problem}"
    _ = (library.protocols, library.template)


def _link_problem(library: Library, target: str) -> str:
    """Why a link leads nowhere; empty for a good one."""
    if not target.startswith(LINK):
        return "" if target.startswith("https://") else f"the link {target} is neither {LINK}... nor https://"
    kind, _, name = target.removeprefix(LINK).partition("/")
    try:
        if kind == "lab":
            return "" if name in library.labs else f"no lab {name}"
        if kind == "term":
            return "" if find_term(library.glossary, name.replace("%20", " ")) else f"no term {name}"
        if kind == "lesson":
            library.lesson(parse_address(name))
        elif name.count("/") == 0:
            library.day(parse_address(f"{kind}/{name}"))
        else:
            library.item(f"{kind}/{name}")
    except StudyError as error:
        return f"{target}: {error.message}"
    return ""
