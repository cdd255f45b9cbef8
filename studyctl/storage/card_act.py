"""Acts on cards: memory, log line and journal in one transaction, by the quickest way that the database allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import insert, select

from studyctl.domain.cards import Memory, ReviewEntry
from studyctl.domain.settings import Settings
from studyctl.storage.act_images import line_image
from studyctl.storage.aggregates import LOG, MEMORY, due_loads
from studyctl.storage.answer_path import sqlite_act
from studyctl.storage.repositories.cards import CARD
from studyctl.storage.repositories.memory import Subject, memory_of, memory_row
from studyctl.storage.repositories.review_log import log_row
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Database, Transaction, write_row


class CardDesk(Protocol):
    """What an act on cards reads and writes."""

    def version(self) -> int | None:
        """The version of the database that the act found, as `version_for_acts` gave it; None where it has none."""

    def settings(self) -> Settings:
        """The user's choices."""

    def document(self, card_id: str) -> str | None:
        """A card as JSON; None where no deck has it."""

    def memory(self, card_id: str) -> Memory:
        """Scheduling state; a fresh one where the card is new."""

    def trust(self, card_id: str, memory: Memory) -> None:
        """Take this for the memory that is stored: it was read when the database had this version."""

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        """Cards due on each study day of an inclusive range."""

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        """Append a line to the log and make this the memory of its card."""


def card_act(database: Database, summary: str, at: int) -> AbstractContextManager[CardDesk]:
    """One act of scope `review`, committed when the block ends; `at` is epoch milliseconds."""
    if database.engine.dialect.name == "sqlite":
        return sqlite_act(database, summary, at)
    return portable_act(database, summary)


def version_for_acts(database: Database) -> int | None:
    """To compare with `CardDesk.version`: what was read since then still holds in an act that finds it again."""
    return database.desk.version() if database.engine.dialect.name == "sqlite" else None


@contextmanager
def portable_act(database: Database, summary: str) -> Iterator[CardDesk]:
    """The same on any database that SQLAlchemy speaks to."""
    with database.write("review", summary) as transaction:
        yield _PortableDesk(transaction)


class _PortableDesk:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def version(self) -> int | None:
        return None

    def settings(self) -> Settings:
        return load_settings(self._connection)

    def document(self, card_id: str) -> str | None:
        return self._connection.execute(select(CARD.c.document).where(CARD.c.id == card_id)).scalar_one_or_none()

    def memory(self, card_id: str) -> Memory:
        return memory_of(self._connection, card_id)

    def trust(self, card_id: str, memory: Memory) -> None:
        """Every version is None here, so nothing is taken on trust."""

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        return due_loads(self._connection, first, last)

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        card = entry.card_id
        before = memory_of(self._connection, card)
        write_row(self._connection, MEMORY, card, memory_row(Subject.CARD, card, memory))
        key = int(self._connection.execute(insert(LOG).values(**log_row(entry))).inserted_primary_key[0])  # type: ignore[index]
        self._transaction.changes.append(json.loads(line_image(key, before)))
