"""The deck files of the bundle and of the user: where they lie, what they cost to look at, and what is in them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from studyctl.content.cards import read_deck
from studyctl.content.toml_file import parse_toml, read_source
from studyctl.domain.cards import Card
from studyctl.errors import ContentError

READER = "1"  # another number makes every deck be read again
OWN = "cards"


@dataclass(frozen=True)
class DeckFile:
    """A deck file on the disk; `path` names it in the database, `size` is in bytes, `mtime_ns` its change in ns."""

    file: str
    path: str
    size: int
    mtime_ns: int

    @property
    def own(self) -> bool:
        """True for one of the user's folder."""
        return self.path.startswith(f"{OWN}/")


@dataclass(frozen=True)
class Deck:
    """The cards of a file with the line of each, and the digest of what was read."""

    file: DeckFile
    sha256: str
    cards: tuple[Card, ...]
    lines: dict[str, int]


def deck_files(curriculum: Path, own: Path) -> list[DeckFile]:
    """All deck files, by name; nothing is read."""
    return [*_below(curriculum / "decks", "curriculum/decks"), *_below(own, OWN)]


def _below(folder: Path, shown_as: str) -> list[DeckFile]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".toml") and entry.is_file():
                    state = entry.stat()
                    path = f"{shown_as}/{entry.name}"
                    found.append(DeckFile(entry.path, path, state.st_size, state.st_mtime_ns))
    except OSError:
        return []
    return sorted(found, key=lambda file: file.path)


def digest_of(file: DeckFile) -> str:
    """Digest of a file's content and of the reader's version.

    Raises:
        ContentError: unreadable.
    """
    try:
        return f"{READER}:{sha256(Path(file.file).read_bytes()).hexdigest()}"
    except OSError as error:
        raise ContentError(f"{file.path}:1: cannot be read: {error.strerror}.") from error


def read_deck_file(file: DeckFile) -> Deck:
    """Read a file.

    Raises:
        ContentError: with file and line; also for an id that stands twice in it.
    """
    digest = digest_of(file)
    shown = file.file if file.own else file.path
    table = parse_toml(read_source(Path(file.file), shown), shown)
    cards = read_deck(table, file.own)
    tables = {entry.text("id"): entry for entry in table.tables("card")}
    seen: set[str] = set()
    for card in cards:
        if card.id in seen:
            raise tables[card.note].error(f"the card id {card.id!r} stands twice.", "id")
        seen.add(card.id)
    lines = {card.id: tables[card.note].line("id") for card in cards}
    return Deck(file, digest, tuple(cards), lines)
