"""Reads a deck of cards."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from studyctl.content.cloze import gaps_of
from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import Address, parse_address
from studyctl.domain.cards import Card, CardKind
from studyctl.errors import UsageError

SCHEMA = 1
TOLERANCE = 0.02
OWN_DAY = Address("own", "cards")
_ID = re.compile(r"^[a-z0-9][a-z0-9\-]{1,39}$")
_COMMON = ("id", "kind", "day", "source", "topics", "near")
_KEYS = {
    CardKind.QA: ("front", "back"),
    CardKind.CODE: ("front", "back"),
    CardKind.CLOZE: ("text", "back"),
    CardKind.TYPE: ("front", "answer", "back"),
    CardKind.NUMERIC: ("front", "answer", "unit", "tolerance", "back"),
}


def read_deck(file: TomlTable, own: bool = False) -> list[Card]:
    """All cards of one deck file, in order; a cloze text gives a card for each gap.

    Cards of the user's own decks need no day: without one they belong to `OWN_DAY`, which is always open. Only such a
    deck may say `replaces = true`: its cards stand in for those of the bundle with the same ids.

    Raises:
        ContentError: with file and line.
    """
    file.only("schema", "deck", "title", "card", *(("replaces",) if own else ()))
    if file.integer("schema", SCHEMA) != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
    deck = file.text("deck")
    return [card for table in file.tables("card") for card in read_note(table, deck, own)]


def read_note(table: TomlTable, deck: str, own: bool) -> list[Card]:
    """The cards of one `[[card]]` table: one, or one for each gap of a cloze text.

    Raises:
        ContentError: with file and line.
    """
    kind = _kind(table)
    table.only(*_COMMON, *_KEYS[kind])
    note = table.text("id")
    if not _ID.match(note):
        raise table.error(f"{note!r} is not a card id: lower-case letters, digits and '-', 2 to 40.", "id")
    card = Card(
        id=note,
        deck=deck,
        day=OWN_DAY if own and "day" not in table.values else _day(table),
        front="" if kind is CardKind.CLOZE else table.text("front").strip(),
        back=table.text("back", "" if kind in (CardKind.CLOZE, CardKind.TYPE, CardKind.NUMERIC) else None).strip(),
        source=table.text("source"),
        topics=table.texts("topics", ()),
        kind=kind,
        note=note,
        near=table.texts("near", ()),
    )
    if kind is CardKind.CLOZE:
        return _cloze(table, card)
    if kind is CardKind.TYPE:
        answer = table.text("answer").strip()
        return [replace(card, answer=answer, back=_told(f"`{answer}`", card.back))]
    return [_numeric(table, card)] if kind is CardKind.NUMERIC else [card]


def _numeric(table: TomlTable, card: Card) -> Card:
    answer = table.values.get("answer")
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise table.error("a numeric card's answer is a number; its unit stands in 'unit'.", "answer")
    if not _finite(answer):
        raise table.error("the number is too large, or none.", "answer")
    tolerance = table.number("tolerance", TOLERANCE)
    if not tolerance < 1:
        raise table.error("'tolerance' is a share below 1: 0.02 takes what is 2 % off.", "tolerance")
    unit = table.text("unit", "").strip()
    told = f"{answer:,} {unit}".strip()
    return replace(
        card,
        answer=repr(answer),
        unit=unit,
        tolerance=tolerance,
        back=_told(told, card.back),
    )


def _finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond what a float holds
        return False


def _cloze(table: TomlTable, card: Card) -> list[Card]:
    try:
        gaps = gaps_of(table.text("text").strip())
    except UsageError as error:
        raise table.error(error.message, "text") from error
    return [
        replace(
            card, id=f"{card.note}.{n}", front=gap.front, answer=gap.answer, back=_told(f"**{gap.answer}**", card.back)
        )
        for n, gap in enumerate(gaps, start=1)
    ]


def _told(answer: str, why: str) -> str:
    return f"{answer}\n\n{why}".strip()


def _kind(table: TomlTable) -> CardKind:
    name = table.text("kind", CardKind.QA.value)
    if name not in list(CardKind):
        raise table.error(f"unknown kind {name!r}; known are {', '.join(CardKind)}.", "kind")
    return CardKind(name)


def _day(table: TomlTable) -> Address:
    try:
        return parse_address(table.text("day"))
    except UsageError as error:
        raise table.error(error.message, "day") from error
