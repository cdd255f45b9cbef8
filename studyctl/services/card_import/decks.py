"""The user's deck files as an import leaves them: new notes at the end of `imported-<deck>.toml`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from unicodedata import normalize

from studyctl.content.cards import read_deck
from studyctl.content.deck_text import with_card
from studyctl.content.deck_writer import card_table, deck_head
from studyctl.content.toml_file import parse_toml
from studyctl.errors import ConflictError
from studyctl.services.card_import.notes import NewNote
from studyctl.services.card_import.tables import table_of
from studyctl.services.carried_cards import DECK_ROOT, OWN_DECKS

Read = Callable[[str], str | None]
_NO_NAME = re.compile(r"[^a-z0-9]+")
_MOST = 60


@dataclass
class Decks:
    """Texts by file name, ids of the new cards in them, and cards that cannot be written, with the reason."""

    files: dict[str, str] = field(default_factory=dict)
    cards: set[str] = field(default_factory=set)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def decks_of(
    notes: Iterable[NewNote], read: Read, deck: str | None, source: str, has_day: Callable[[str], bool]
) -> Decks:
    """Write new notes into a file for each deck, or all into that of `deck`; `read` gives a file's present text.

    Raises:
        ContentError: a file cannot be read as a deck.
        ConflictError: a file has cards by now that the stored decks lack.
    """
    found = Decks()
    tables: dict[str, list[str]] = {}
    for note in notes:
        table = table_of(note, source, has_day)
        if isinstance(table, str):
            found.skipped.append((note.card.id, table))
        else:
            tables.setdefault(deck or _own_name(note.card.deck), []).append(card_table(table))
    for name, texts in tables.items():
        file, before = _file_for(name, lambda one: found.files[one] if one in found.files else read(one))
        text = with_card(deck_head(name) if before is None else before, "".join(texts))
        present = () if before is None else _cards_in(before, file)
        cards = _cards_in(text, file)
        if len(set(cards)) < len(cards):
            raise ConflictError(
                f"{file} got some of these cards from another program just now.", "Nothing was changed; import again."
            )
        found.files[file] = text
        found.cards.update(set(cards).difference(present))
    return found


def _cards_in(text: str, file: str) -> tuple[str, ...]:
    return tuple(card.id for card in read_deck(parse_toml(text, file), own=True))


def _own_name(deck: str) -> str:
    """The deck's name here: without what an export puts before it."""
    for root in (OWN_DECKS, DECK_ROOT):
        if deck.startswith(f"{root}::"):
            return deck.removeprefix(f"{root}::")
    return deck


def _file_for(deck: str, read: Read) -> tuple[str, str | None]:
    """The file of a deck with its text, None where there is none yet; never that of another deck."""
    stem = _slug(deck)
    number = 1
    while True:
        name = f"imported-{stem}.toml" if number == 1 else f"imported-{stem}-{number}.toml"
        text = read(name)
        if text is None or parse_toml(text, name).text("deck") == deck:
            return name, text
        number += 1


def _slug(deck: str) -> str:
    plain = normalize("NFKD", deck).encode("ascii", "ignore").decode().lower()
    slug = _NO_NAME.sub("-", plain).strip("-")[:_MOST].strip("-")
    return slug or hashlib.sha256(deck.encode()).hexdigest()[:8]
