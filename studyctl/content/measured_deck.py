"""Writes a card into the text of the user's deck of measured figures; what else stands in it is kept as it is."""

from __future__ import annotations

from studyctl.content.cards import read_deck
from studyctl.content.toml_file import parse_toml
from studyctl.domain.measured_cards import MeasuredCard

FILE = "measured.toml"
_HEAD = 'schema = 1\ndeck = "measured"\ntitle = "Figures of my own machines"\n'


def with_card(text: str | None, card: MeasuredCard, shown_as: str = FILE) -> str:
    """The text of a deck file with this card in place of the one with its id, or at the end; None is no file yet.

    `shown_as` names the file in messages.

    Raises:
        ContentError: the text is no deck.
    """
    found = _changed(_HEAD if text is None or not text.strip() else text, card, shown_as)
    read_deck(parse_toml(found, shown_as), own=True)
    return found


def _changed(text: str, card: MeasuredCard, shown_as: str) -> str:
    lines = text.splitlines()
    entries = parse_toml(text, shown_as).tables("card")
    places = [*(entry.line() - 1 for entry in entries), len(lines)]
    for start, end, entry in zip(places, places[1:], entries, strict=False):
        if entry.values.get("id") == card.id:
            while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
                end -= 1
            return "\n".join([*lines[:start], *_entry(card), *lines[end:]]) + "\n"
    return "\n".join([*lines, "", *_entry(card)]) + "\n"


def _entry(card: MeasuredCard) -> list[str]:
    return [
        "[[card]]",
        f"id = {_quoted(card.id)}",
        'kind = "numeric"',
        f"day = {_quoted(card.day)}",
        f"front = {_block(card.front)}",
        f"answer = {card.answer!r}",
        *([f"unit = {_quoted(card.unit)}"] if card.unit else []),
        f"tolerance = {card.tolerance!r}",
        f"back = {_block(card.back)}",
        f"source = {_quoted(card.source)}",
        f"topics = [{', '.join(_quoted(topic) for topic in card.topics)}]",
    ]


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _block(text: str) -> str:
    lines = "\n".join(_escaped(line) for line in text.split("\n"))
    return f'"""\n{lines}\n"""'


def _escaped(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
