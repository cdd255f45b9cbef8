"""The deck files of the bundle and of the user: where they lie, what they cost to look at, and what is in them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from studyctl.content.cards import read_deck
from studyctl.content.toml_file import parse_toml, read_source
from studyctl.domain.cards import Card
from studyctl.errors import ContentError

READER = "1"  # another number makes every deck be read again
OWN = "cards"
_ID = re.compile(r"""^\s*id\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_REPLACES = re.compile(r"^\s*replaces\s*=\s*true\b", re.MULTILINE)


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
        return is_own(self.path)


@dataclass(frozen=True)
class Deck:
    """The cards of a file with the line of each, and the digest of what was read.

    `replaces` is True where the user's cards stand in for those of the bundle with the same ids.
    """

    file: DeckFile
    sha256: str
    cards: tuple[Card, ...]
    lines: dict[str, int]
    replaces: bool = False


def is_own(path: str) -> bool:
    """True where the path of a deck file is one of the user's folder."""
    return path.startswith(f"{OWN}/")


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
    return Deck(file, digest, tuple(cards), lines, file.own and table.flag("replaces", False))


def notes_in(file: DeckFile) -> set[str]:
    """The ids that a deck's text seems to hold: quick, and right for a deck that the reader takes."""
    return set(_ID.findall(_text_of(file)))


def seems_to_replace(file: DeckFile) -> bool:
    """True for a deck of the user's whose head says `replaces = true`; quick, also where the rest cannot be read."""
    return file.own and bool(_REPLACES.search(_text_of(file, 4096).partition("[[")[0]))


def _text_of(file: DeckFile, most: int = -1) -> str:
    try:
        with Path(file.file).open("rb") as opened:
            return opened.read(most).decode("utf-8", "replace")
    except OSError:
        return ""
