"""Cards: one fact each, short, no guessing between yes and no; enough of them everywhere."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.domain.cards import Card, CardKind
from studyctl.domain.plan import ItemKind

FRONT, BACK = 420, 420  # characters
GAP_WORDS = 6
LEAST_TECHNICAL, LEAST_SECTION, LEAST_MUST_ANSWER, LEAST_IN_ALL = 8, 8, 6, 900
_YES_NO = re.compile(r"^(is|are|does|do|did|can|could|may|will|would|has|have|should|must|was|were)\b", re.IGNORECASE)
_YES_NO_ANSWER = re.compile(r"^(yes|no)([.,;:!]|$)", re.IGNORECASE)
_SECOND_QUESTION = re.compile(r",? and (what|how|why|which|who|when|where)\b", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    notes = {card.note for card in library.cards.values()}
    fronts: dict[str, list[str]] = defaultdict(list)
    for card in library.cards.values():
        yield from (f"card {card.id}: {problem}" for problem in card_problems(card))
        yield from (f"card {card.id}: no card {name!r} to be near" for name in card.near if name not in notes)
        fronts[asked(card)].append(card.id)
    yield from (f"cards {', '.join(ids)} ask the same" for ids in fronts.values() if len(ids) > 1)
    yield from _too_few(library)


def least_of_days(library: Library) -> dict[Address, int]:
    """How many cards a day must have at least: technical days, guide sections, entries with a must-answer."""
    least = {day.address: LEAST_TECHNICAL for day in library.days("p90") if not day.gathers}
    least |= {day.address: LEAST_SECTION for day in library.days("guide")}
    return least | {day.address: LEAST_MUST_ANSWER for day in library.days("p28") if day.of_kind(ItemKind.ANSWER)}


def asked(card: Card) -> str:
    """The words of a front, alike where two cards ask the same."""
    return " ".join(re.findall(r"\w+", card.front.casefold()))


def card_problems(card: Card) -> Iterator[str]:
    """What makes a card hard to recall or easy to guess."""
    words = _CODE.sub("", card.front)
    guessed = _YES_NO.match(words) and " or " not in words
    if card.kind is not CardKind.CLOZE and (guessed or _YES_NO_ANSWER.match(card.back)):
        yield "yes or no can be guessed: ask what, why or how much"
    if words.count("?") > 1 or (card.kind is not CardKind.CLOZE and _SECOND_QUESTION.search(words)):
        yield "it asks two things"
    if len(card.front) > FRONT:
        yield f"its front has {len(card.front)} characters, {FRONT} are enough"
    if len(card.back) > BACK:
        yield f"its back has {len(card.back)} characters, {BACK} are enough"
    if card.kind is CardKind.CLOZE and len(card.answer.split()) > GAP_WORDS:
        yield f"its gap is {len(card.answer.split())} words long, {GAP_WORDS} are enough"


def _too_few(library: Library) -> Iterator[str]:
    have: Counter[Address] = Counter(card.day for card in library.cards.values())
    for address, wanted in least_of_days(library).items():
        if have[address] < wanted:
            yield f"{address}: {have[address]} cards, at least {wanted} are wanted"
    if len(library.cards) < LEAST_IN_ALL:
        yield f"{len(library.cards)} cards in all, at least {LEAST_IN_ALL} are wanted"
    taught = {topic for card in library.cards.values() for topic in card.topics}
    for line in library.map.lines:
        for topic in sorted(set(line.topics) - taught):
            yield f"map line {line.number}: no card about {topic}"
