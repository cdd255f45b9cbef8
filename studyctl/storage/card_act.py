"""Acts on cards: memory, log line and journal in one transaction, by the quickest way that the database allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import select

from studyctl.domain.cards import Memory, ReviewEntry
from studyctl.domain.settings import Settings
from studyctl.storage.aggregates import due_loads
from studyctl.storage.answer_path import sqlite_act
from studyctl.storage.repositories.cards import CARD
from studyctl.storage.repositories.memory import Subject, memory_of, save_memory
from studyctl.storage.repositories.review_log import log_review
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Database, Transaction


class CardDesk(Protocol):
    """What an act on cards reads and writes."""

    def settings(self) -> Settings:
        """The user's choices."""

    def document(self, card_id: str) -> str | None:
        """A card as JSON; None where no deck has it."""

    def memory(self, card_id: str) -> Memory:
        """Scheduling state; a fresh one where the card is new."""

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        """Cards due on each study day of an inclusive range."""

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        """Append a line to the log and make this the memory of its card."""


def card_act(database: Database, summary: str, at: int) -> AbstractContextManager[CardDesk]:
    """One act of scope `review`, committed when the block ends; `at` is epoch milliseconds."""
    if database.engine.dialect.name == "sqlite":
        return sqlite_act(database, summary, at)
    return portable_act(database, summary)


@contextmanager
def portable_act(database: Database, summary: str) -> Iterator[CardDesk]:
    """The same on any database that SQLAlchemy speaks to."""
    with database.write("review", summary) as transaction:
        yield _PortableDesk(transaction)


class _PortableDesk:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def settings(self) -> Settings:
        return load_settings(self._connection)

    def document(self, card_id: str) -> str | None:
        return self._connection.execute(select(CARD.c.document).where(CARD.c.id == card_id)).scalar_one_or_none()

    def memory(self, card_id: str) -> Memory:
        return memory_of(self._connection, card_id)

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        return due_loads(self._connection, first, last)

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        save_memory(self._transaction, Subject.CARD, entry.card_id, memory)
        log_review(self._transaction, entry)
