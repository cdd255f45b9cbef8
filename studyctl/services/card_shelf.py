"""Keeps the stored cards equal to the deck files: only files that changed are read."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from studyctl.content.cards import OWN_DAY
from studyctl.content.decks import READER, Deck, DeckFile, deck_files, digest_of, is_own, notes_in, read_deck_file
from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.errors import ContentError
from studyctl.services.deck_merge import Placed, Stored, entangled, merge, orphans
from studyctl.storage.repositories.cards import (
    PlacedCard,
    StoredFile,
    notes_of,
    own_places,
    paths_of,
    store_cards,
    store_files,
    stored_files,
    stored_in,
)
from studyctl.storage.unit_of_work import Database


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
        with self._database.read() as connection:
            touched = notes_of(connection, [path for path in (*gone, *(f.path for f in changed)) if is_own(path)])
        together = entangled(files, touched)
        problems: list[ContentError] = []
        decks: list[Deck] = []
        broken: list[str] = []
        untouched: list[StoredFile] = []
        for file in [file for file in files if file in changed or file.path in together]:
            try:
                before = stored.get(file.path)
                if file.path not in together and before is not None and before.sha256 == digest_of(file):
                    untouched.append(StoredFile(file.path, file.size, file.mtime_ns, before.sha256))
                else:
                    decks.append(self._checked(read_deck_file(file)))
            except ContentError as error:
                if not file.own:
                    raise
                problems.append(error)
                broken.append(file.path)
        with self._database.maintain() as connection:
            ids = [card.id for deck in decks for card in deck.cards]
            own_notes = own_places(connection, {card.note for deck in decks for card in deck.cards})
            told = frozenset(path for path in (*together, *broken) if is_own(path))
            known = Stored(paths_of(connection, ids), own_notes, frozenset(gone), told)
            decks, placed = merge(decks, known, problems)
            replaced = stored_in(connection, [*gone, *(deck.file.path for deck in decks)])
            store_cards(connection, [self._sorted(each) for each in placed], replaced)
            store_files(connection, [*untouched, *self._settled(files, decks, problems)], gone)
        return tuple(problems)

    def _settled(self, files: list[DeckFile], decks: list[Deck], problems: list[ContentError]) -> list[StoredFile]:
        """What needs no second look; a deck that replaces what is not there is read, and told of, at each start."""
        settled = []
        bundle = set().union(*(notes_in(f) for f in files if not f.own)) if any(d.replaces for d in decks) else set()
        for deck in decks:
            lost = list(orphans(deck, bundle))
            problems += lost
            digest = f"again {deck.sha256}" if lost else deck.sha256
            settled.append(StoredFile(deck.file.path, deck.file.size, deck.file.mtime_ns, digest))
        return settled

    def has_day(self, day: Address) -> bool:
        """True for a day of a plan."""
        track = self._library.tracks.get(day.track)
        return track is not None and day in track.days

    def _checked(self, deck: Deck) -> Deck:
        """Refuse a card of the user's for a day that no plan has; the bundle's are proved by `dev check`."""
        for card in deck.cards if deck.file.own else ():
            if card.day != OWN_DAY and not self.has_day(card.day):
                raise ContentError(
                    f"{deck.file.file}:{deck.lines[card.id]}: there is no day {card.day}.",
                    "Leave `day` out, or name a day that `studyctl plan show` lists.",
                )
        return deck

    def _sorted(self, each: Placed) -> PlacedCard:
        return PlacedCard(each.card, f"{self._place(each.card.day)} {each.sorted_by} {each.number:06}", each.path)

    def _place(self, day: Address) -> str:
        """Text that sorts days by track and number."""
        track = self._library.tracks.get(day.track)
        parts = (f"{part:06}" if isinstance(part, int) else part for _, part in day.sort_key)
        return f"{track.order if track else 9999:04} {day.track} {'.'.join(parts)}"


def _same(file: DeckFile, stored: StoredFile | None) -> bool:
    if stored is None or not stored.sha256.startswith(f"{READER}:"):
        return False
    return (file.size, file.mtime_ns) == (stored.size, stored.mtime_ns)
