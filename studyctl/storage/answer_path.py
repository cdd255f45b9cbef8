"""Acts on cards on SQLite: plain statements on the driver's connection; rows and journal as on the portable path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from studyctl.domain.cards import Memory, ReviewEntry
from studyctl.domain.settings import Settings
from studyctl.storage.act_images import line_image
from studyctl.storage.repositories.memory import FRESH, Subject, memory_from, memory_row
from studyctl.storage.repositories.review_log import log_row
from studyctl.storage.repositories.settings import settings_of
from studyctl.storage.tables import MemoryRow, ReviewLogRow, table_of
from studyctl.storage.unit_of_work import Database

_MEMORY = tuple(column.name for column in table_of(MemoryRow).columns)
_KEPT = ("subject", "kind")  # never change once the row is there
LINE = tuple(column.name for column in table_of(ReviewLogRow).columns if column.name != "id")


def _inserted(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


_READ = f"SELECT {', '.join(_MEMORY)} FROM memory WHERE subject = ?"
_INSERT = _inserted("memory", _MEMORY)
_SET = ", ".join(f"{name} = ?{place}" for place, name in enumerate(_MEMORY, start=1) if name not in _KEPT)
_UPDATE = f"UPDATE memory SET {_SET} WHERE subject = ?1"
_DELETE = "DELETE FROM memory WHERE subject = ?"
APPEND = _inserted("review_log", LINE)
_JOURNAL = "INSERT INTO journal (at, scope, summary, changes, undone_at) VALUES (?, 'review', ?, ?, NULL)"
_LOADS = "SELECT day, cards FROM due_load WHERE day BETWEEN ? AND ?"


@contextmanager
def sqlite_act(database: Database, summary: str, at: int) -> Iterator[SqliteDesk]:
    """One act: all or nothing. `at` is epoch milliseconds."""
    with database.desk as execute:
        act = SqliteDesk(execute, database)
        yield act
        if act.images:
            execute(_JOURNAL, (at, summary, f"[{','.join(act.images)}]"))


class SqliteDesk:
    """What an act on cards reads and writes, inside an open transaction."""

    def __init__(self, execute: Any, database: Database) -> None:
        self._execute = execute
        self._database = database
        self._known: dict[str, Memory] = {}
        self.images: list[str] = []

    def version(self) -> int:
        """The version of the database that the act found."""
        return self._database.desk.version_inside()

    def settings(self) -> Settings:
        """The user's choices."""
        return settings_of(tuple(self._execute("SELECT name, value FROM setting").fetchall()))

    def document(self, card_id: str) -> str | None:
        """A card as JSON; None where no deck has it."""
        row = self._execute("SELECT document FROM card WHERE id = ?", (card_id,)).fetchone()
        return None if row is None else str(row[0])

    def memory(self, card_id: str) -> Memory:
        """Scheduling state; a fresh one where the card is new."""
        known = self._known.get(card_id)
        if known is None:
            row = self._execute(_READ, (card_id,)).fetchone()
            known = FRESH if row is None else memory_from(dict(zip(_MEMORY, row, strict=True)))
            self._known[card_id] = known
        return known

    def trust(self, card_id: str, memory: Memory) -> None:
        """Take this for the memory that is stored: it was read when the database had this version."""
        self._known[card_id] = memory

    def loads(self, first: int, last: int) -> Mapping[int, int]:
        """Cards due on each study day of an inclusive range."""
        return dict(self._execute(_LOADS, (first, last)).fetchall())

    def store(self, entry: ReviewEntry, memory: Memory) -> None:
        """Append a line to the log and make this the memory of its card."""
        card = entry.card_id
        before = self.memory(card)
        write_memory(self._execute, card, memory)
        key = self._execute(APPEND, tuple(log_row(entry).values())).lastrowid
        self.images.append(line_image(key, before))
        self._known[card] = memory


def write_memory(execute: Any, card_id: str, memory: Memory) -> None:
    """Make this the memory of a card; what is as good as new needs no row."""
    image = memory_row(Subject.CARD, card_id, memory)
    if image is None:
        execute(_DELETE, (card_id,))
        return
    row = tuple(image.values())
    if execute(_UPDATE, row).rowcount == 0:
        execute(_INSERT, row)
