"""Writes a card into the text of the user's deck of measured figures; what else stands in it is kept as it is."""

from __future__ import annotations

from studyctl.content import deck_text
from studyctl.content.cards import read_deck
from studyctl.content.deck_writer import Table, card_table, deck_head
from studyctl.content.toml_file import parse_toml
from studyctl.domain.cards import CardKind
from studyctl.domain.measured_cards import MeasuredCard

FILE = "measured.toml"
_HEAD = deck_head("measured", "Figures of my own machines")


def with_card(text: str | None, card: MeasuredCard, shown_as: str = FILE) -> str:
    """The text of a deck file with this card in place of the one with its id, or at the end; None is no file yet.

    `shown_as` names the file in messages.

    Raises:
        ContentError: the text is no deck.
    """
    source = _HEAD if text is None or not text.strip() else text
    block = deck_text.block_of(source, card.id, shown_as)
    written = card_table(_table(card))
    found = deck_text.with_card(source, written) if block is None else deck_text.with_block(source, block, written)
    read_deck(parse_toml(found, shown_as), own=True)
    return found


def _table(card: MeasuredCard) -> Table:
    return {
        "id": card.id,
        "kind": CardKind.NUMERIC.value,
        "day": card.day,
        "front": card.front,
        "answer": card.answer,
        **({"unit": card.unit} if card.unit else {}),
        "tolerance": card.tolerance,
        "back": card.back,
        "source": card.source,
        "topics": card.topics,
    }
