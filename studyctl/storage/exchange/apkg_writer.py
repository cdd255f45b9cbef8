"""Writes a collection as an Anki package: a zip of a schema-11 database and an empty list of media."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from studyctl.domain.collection import CardState, Collection, CollectionCard, LoggedReview, offset_zone
from studyctl.errors import DataError
from studyctl.storage.exchange import anki_schema
from studyctl.storage.exchange.anki_names import LEECH, anki_deck, anki_tag, guid_of, number_of, text_digest
from studyctl.storage.exchange.anki_rows import review_row, schedule_row
from studyctl.storage.exchange.anki_source import source_text
from studyctl.storage.exchange.html_out import html_of
from studyctl.storage.exchange.records import check_card
from studyctl.storage.exchange.whole_file import whole_file

_TAGS = re.compile(r"<[^>]*>")
_FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write_apkg(path: Path, collection: Collection) -> None:
    """Write `collection` to `path`, whole or not at all; the same collection gives the same database.

    Anki counts days from the collection's first study day and seconds inside learning steps, and rounds stability,
    difficulty, retention and decay to 4, 3, 2 and 3 places. A card without a schedule goes as a new one.

    Raises:
        DataError: the place cannot be written, or an answer belongs to no card.
    """
    with whole_file(path) as part, TemporaryDirectory(prefix="studyctl-") as folder:
        database = Path(folder) / "collection.anki2"
        _write_database(database, collection)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (("collection.anki2", database.read_bytes()), ("media", b"{}")):
                archive.writestr(zipfile.ZipInfo(name, _FIRST_ZIP_DATE), content, zipfile.ZIP_DEFLATED)


def _write_database(path: Path, collection: Collection) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        connection.executescript(anki_schema.TABLES)
        connection.execute("BEGIN")
        _Rows(connection, collection).write()
        connection.execute("COMMIT")
    finally:
        connection.close()


class _Rows:
    """The rows of one collection."""

    def __init__(self, connection: sqlite3.Connection, collection: Collection) -> None:
        self._connection = connection
        self._collection = collection
        self._first_day = collection.first_day
        self._changed = collection.last_moment // 1000
        self._decks: dict[int, str] = {anki_schema.DEFAULT_DECK_ID: "Default"}
        self._deck_numbers: dict[str, int] = {"default": anki_schema.DEFAULT_DECK_ID}
        self._cards: dict[str, int] = {}
        self._taken: set[int] = set()

    def write(self) -> None:
        """Everything; decks last, because the cards name them."""
        many = self._connection.executemany
        notes: list[tuple[Any, ...]] = []
        cards: list[tuple[Any, ...]] = []
        for position, card in enumerate(self._collection.cards, start=1):
            number = self._number(card)
            notes.append(self._note(card, number))
            cards.append(self._card(card, number, position))
        many(f"INSERT INTO notes VALUES ({_marks(11)})", notes)
        many(f"INSERT INTO cards VALUES ({_marks(18)})", cards)
        many(f"INSERT INTO revlog VALUES ({_marks(9)})", self._reviews())
        whole = self._collection
        row = anki_schema.col_row(
            _creation(whole), whole.last_moment, self._decks, whole.rollover_hour, whole.zone_offset, whole.created_at
        )
        self._connection.execute(f"INSERT INTO col VALUES ({_marks(13)})", row)

    def _number(self, card: CollectionCard) -> int:
        check_card(card)
        if card.id in self._cards:
            raise DataError(f"Two cards have the id {card.id!r}.", "Give one of them another id.")
        number = number_of("card", card.id, self._taken)
        self._taken.add(number)
        self._cards[card.id] = number
        return number

    def _note(self, card: CollectionCard, number: int) -> tuple[Any, ...]:
        front, back = html_of(card.front), html_of(card.back)
        tags = [tag for tag in map(anki_tag, card.tags) if tag and tag.casefold() != LEECH]
        if card.state is not None and card.state.leech:
            tags.append(LEECH)
        sort_text = _TAGS.sub("", front)
        checksum = int(hashlib.sha1(sort_text.encode(), usedforsecurity=False).hexdigest()[:8], 16)
        fields = "\x1f".join((front, back, source_text(card, text_digest(front, back))))
        line = f" {' '.join(tags)} " if tags else ""
        model = anki_schema.MODEL_ID
        return (number, guid_of(card.id), model, self._changed, -1, line, fields, sort_text, checksum, 0, "")

    def _card(self, card: CollectionCard, number: int, position: int) -> tuple[Any, ...]:
        *columns, data = schedule_row(card.state or CardState(), position, self._first_day)
        return (number, number, self._deck(card.deck), 0, self._changed, -1, *columns, 0, 0, 0, data)

    def _deck(self, name: str) -> int:
        """The deck's number; names that Anki takes for one are one deck."""
        key = anki_deck(name).casefold()
        if key not in self._deck_numbers:
            number = number_of("deck", key, self._decks)
            self._decks[number] = anki_deck(name)
            self._deck_numbers[key] = number
        return self._deck_numbers[key]

    def _reviews(self) -> Iterator[tuple[Any, ...]]:
        """Rows of the log; Anki keys them by the millisecond, so answers in the same one move on by one."""
        newest = 0
        for review in sorted(self._collection.reviews, key=_moment):
            if review.card_id not in self._cards:
                raise DataError(f"The log has an answer to {review.card_id!r}, which is no card here.", "Leave it out.")
            newest = max(review.at, newest + 1)
            yield review_row(replace(review, at=newest), self._cards[review.card_id])


def _moment(review: LoggedReview) -> int:
    return review.at


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _creation(collection: Collection) -> int:
    """Epoch seconds at which the collection's first study day began; its calendar day is Anki's day 0."""
    start = datetime.fromordinal(collection.first_day)
    begun = datetime.combine(start.date(), time(collection.rollover_hour), offset_zone(collection.zone_offset))
    return int(begun.timestamp())
