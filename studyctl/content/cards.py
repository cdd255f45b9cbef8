"""Reads a deck of cards."""

from __future__ import annotations

import re

from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import parse_address
from studyctl.domain.cards import Card
from studyctl.errors import UsageError

_ID = re.compile(r"^[a-z0-9][a-z0-9\-]{1,39}$")


def read_deck(file: TomlTable) -> list[Card]:
    """All cards of one deck file, in order.

    Raises:
        ContentError: with file and line.
    """
    file.only("schema", "deck", "title", "card")
    deck = file.text("deck")
    cards = []
    for table in file.tables("card"):
        table.only("id", "day", "front", "back", "source", "topics")
        card_id = table.text("id")
        if not _ID.match(card_id):
            raise table.error(f"{card_id!r} is not a card id: lower-case letters, digits and '-', 2 to 40.", "id")
        try:
            day = parse_address(table.text("day"))
        except UsageError as error:
            raise table.error(error.message, "day") from error
        cards.append(
            Card(
                id=card_id,
                deck=deck,
                day=day,
                front=table.text("front").strip(),
                back=table.text("back").strip(),
                source=table.text("source"),
                topics=table.texts("topics", ()),
            )
        )
    return cards
