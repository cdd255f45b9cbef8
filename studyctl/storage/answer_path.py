"""The answer path on SQLite: plain statements on the driver's connection; rows and journal as in `unit_of_work`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from studyctl.domain.cards import Memory, ReviewEntry
from studyctl.domain.settings import Settings
from studyctl.storage.repositories.memory import Subject, memory_from, memory_row
from studyctl.storage.repositories.review_log import log_row
from studyctl.storage.repositories.settings import settings_of
from studyctl.storage.tables import MemoryRow, ReviewLogRow, table_of
from studyctl.storage.unit_of_work import Database

_MEMORY = tuple(column.name for column in table_of(MemoryRow).columns)
_KEPT = ("subject", "kind", "mix")  # never change once the row is there
_CHANGED = tuple(name for name in _MEMORY if name not in _KEPT)
_LOG = tuple(column.name for column in table_of(ReviewLogRow).columns if column.name != "id")


def _inserted(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"


_READ = f"SELECT {', '.join(_MEMORY)} FROM memory WHERE subject = ?"
_INSERT = _inserted("memory", _MEMORY)
_UPDATE = f"UPDATE memory SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} WHERE subject = :subject"
_DELETE = "DELETE FROM memory WHERE subject = ?"
_APPEND = _inserted("review_log", _LOG)
_JOURNAL = "INSERT INTO journal (at, scope, summary, changes, undone_at) VALUES (?, 'review', ?, ?, NULL)"
_LOADS = "SELECT day, cards FROM due_load WHERE day BETWEEN ? AND ?"
_encode = json.JSONEncoder(sort_keys=True).encode


@contextmanager
def sqlite_act(database: Database, summary: str, at: int) -> Iterator[SqliteDesk]:
    """One act: all or nothing. `at` is epoch milliseconds."""
    with database.desk() as connection:
        execute = connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            desk = SqliteDesk(execute)
            yield desk
            if desk.changes:
                execute(_JOURNAL, (at, summary, _encode(desk.changes)))
            execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                execute("ROLLBACK")
            raise


class SqliteDesk:
    """What an act on cards reads and writes, inside an open transaction."""

    def __init__(self, execute: Any) -> None:
        self._execute = execute
        self._rows: dict[str, dict[str, Any] | None] = {}
        self.changes: list[dict[str, Any]] = []

    def settings(self) -> Settings:
        """The user's choices."""
        return settings_of(tuple(self._execute("SELECT name, value FROM setting").fetchall()))

    def document(self, card_id: str) -> str | None:
        """A card as JSON; None where no deck has it."""
        row = self._execute("SELECT document FROM card WHERE id = ?", (card_id,)).fetchone()
        return None if row is None else str(row[0])

    def memory(self, card_id: str) -> Memory:
        """Scheduling state; a fresh one where the card is new."""
        row = self._row(card_id)
        return Memory() if row is None else memory_from(row)

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        """Cards due on each study day of an inclusive range."""
        return dict(self._execute(_LOADS, (first, last)).fetchall())

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        """Append a line to the log and make this the memory of its card."""
        card = entry.card_id
        before, after = self._row(card), memory_row(Subject.CARD, card, memory)
        if before != after:
            if after is None:
                self._execute(_DELETE, (card,))
            else:
                self._execute(_INSERT if before is None else _UPDATE, after)
            self._rows[card] = after
            self.changes.append({"table": "memory", "key": card, "before": before, "after": after})
        key = self._execute(_APPEND, log_row(entry)).lastrowid
        self.changes.append({"table": "review_log", "key": key, "appended": True})

    def _row(self, card_id: str) -> dict[str, Any] | None:
        if card_id not in self._rows:
            row = self._execute(_READ, (card_id,)).fetchone()
            self._rows[card_id] = None if row is None else dict(zip(_MEMORY, row, strict=True))
        return self._rows[card_id]
