"""Keeps the stored cards equal to the deck files: only files that changed are read."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from studyctl.content.cards import OWN_DAY
from studyctl.content.decks import READER, Deck, DeckFile, deck_files, digest_of, read_deck_file
from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.errors import ContentError
from studyctl.storage.repositories.cards import (
    PlacedCard,
    StoredFile,
    paths_of,
    store_cards,
    store_files,
    stored_files,
    stored_in,
)
from studyctl.storage.unit_of_work import Connection, Database


class CardShelf:
    """The decks of the bundle and of the user's folder `own`, as stored in the database.

    `edition` is another number after each look that found other files.
    """

    def __init__(self, database: Database, library: Library, own: Path) -> None:
        self._database = database
        self._library = library
        self._own = own
        self._lock = Lock()
        self._seen: list[DeckFile] | None = None
        self._problems: tuple[ContentError, ...] = ()
        self.edition = 0

    def sync(self) -> tuple[ContentError, ...]:
        """Read what changed. Returns what is wrong with the user's own decks; their cards stay as they were read last.

        Raises:
            ContentError: a deck of the bundle is wrong.
        """
        files = deck_files(self._library.curriculum, self._own)
        with self._lock:
            if files != self._seen:
                self._problems = self._sync(files)
                self._seen = files
                self.edition += 1
            return self._problems

    def ensure(self) -> None:
        """Read what changed, unless that was done since the application opened."""
        if self._seen is None:
            self.sync()

    def _sync(self, files: list[DeckFile]) -> tuple[ContentError, ...]:
        with self._database.read() as connection:
            stored = stored_files(connection)
        changed = [file for file in files if not _same(file, stored.get(file.path))]
        gone = set(stored) - {file.path for file in files}
        if not changed and not gone:
            return ()
        problems: list[ContentError] = []
        decks: list[Deck] = []
        untouched: list[StoredFile] = []
        for file in changed:
            try:
                before = stored.get(file.path)
                if before is not None and before.sha256 == digest_of(file):
                    untouched.append(StoredFile(file.path, file.size, file.mtime_ns, before.sha256))
                else:
                    decks.append(self._checked(read_deck_file(file)))
            except ContentError as error:
                if not file.own:
                    raise
                problems.append(error)
        with self._database.maintain() as connection:
            decks = self._without_doubles(connection, decks, gone, problems)
            replaced = stored_in(connection, [*gone, *(deck.file.path for deck in decks)])
            store_cards(connection, self._placed(decks), replaced)
            read = [StoredFile(deck.file.path, deck.file.size, deck.file.mtime_ns, deck.sha256) for deck in decks]
            store_files(connection, [*untouched, *read], gone)
        return tuple(problems)

    def _checked(self, deck: Deck) -> Deck:
        """Refuse a card of the user's for a day that no plan has; the bundle's are proved by `dev check`."""
        for card in deck.cards if deck.file.own else ():
            track = self._library.tracks.get(card.day.track)
            if card.day != OWN_DAY and (track is None or card.day not in track.days):
                raise ContentError(
                    f"{deck.file.file}:{deck.lines[card.id]}: there is no day {card.day}.",
                    "Leave `day` out, or name a day that `studyctl plan show` lists.",
                )
        return deck

    def _without_doubles(
        self, connection: Connection, decks: list[Deck], gone: set[str], problems: list[ContentError]
    ) -> list[Deck]:
        """Decks whose ids stand nowhere else; the deck that comes later is wrong, the bundle's come first."""
        read = gone | {deck.file.path for deck in decks}
        elsewhere = paths_of(connection, [card.id for deck in decks for card in deck.cards])
        taken = {card: path for card, path in elsewhere.items() if path not in read}
        kept = []
        for deck in decks:
            double = next((card.id for card in deck.cards if card.id in taken), None)
            if double is None:
                taken.update({card.id: deck.file.path for card in deck.cards})
                kept.append(deck)
                continue
            shown = deck.file.file if deck.file.own else deck.file.path
            error = ContentError(
                f"{shown}:{deck.lines[double]}: the card id {double!r} stands in {taken[double]} already.",
                "Give one of the two cards another id; nothing of this file was taken.",
            )
            if not deck.file.own:
                raise error
            problems.append(error)
        return kept

    def _placed(self, decks: list[Deck]) -> list[PlacedCard]:
        return [
            PlacedCard(card, f"{self._place(card.day)} {deck.file.path} {number:06}", deck.file.path)
            for deck in decks
            for number, card in enumerate(deck.cards)
        ]

    def _place(self, day: Address) -> str:
        """Text that sorts days by track and number."""
        track = self._library.tracks.get(day.track)
        parts = (f"{part:06}" if isinstance(part, int) else part for _, part in day.sort_key)
        return f"{track.order if track else 9999:04} {day.track} {'.'.join(parts)}"


def _same(file: DeckFile, stored: StoredFile | None) -> bool:
    if stored is None or not stored.sha256.startswith(f"{READER}:"):
        return False
    return (file.size, file.mtime_ns) == (stored.size, stored.mtime_ns)
