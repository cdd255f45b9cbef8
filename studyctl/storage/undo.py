"""Undo: replays an act's row images backwards, at any later time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, insert, literal, select, update

from studyctl.domain.replay import replayed
from studyctl.errors import ConflictError
from studyctl.storage.act_images import memory_before
from studyctl.storage.own_files import StagedFiles
from studyctl.storage.repositories.memory import Subject, memory_of, memory_row
from studyctl.storage.repositories.review_log import entry_from
from studyctl.storage.tables import DERIVED, LOGS, METADATA, JournalRow, MemoryRow, ReviewLogRow, table_of
from studyctl.storage.unit_of_work import read_row, write_row


@dataclass(frozen=True)
class Act:
    """One journaled act of the user."""

    id: int
    at: int
    scope: str
    summary: str


def last_act(connection: Connection, scope: str | None = None) -> Act | None:
    """The newest act that was not undone, optionally of one scope."""
    journal = table_of(JournalRow)
    query = select(journal).where(journal.c.undone_at.is_(None)).order_by(journal.c.id.desc()).limit(1)
    if scope is not None:
        query = query.where(journal.c.scope == scope)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Act(row["id"], row["at"], row["scope"], row["summary"])


def undo_act(connection: Connection, act: Act, now: int, files: StagedFiles) -> None:
    """Take an act back: rows and files return to what they were, logs get a line that says so.

    Raises:
        ConflictError: a later act changed the same rows or files.
        DataError: a file cannot be read or written.
    """
    journal = table_of(JournalRow)
    changes = json.loads(connection.execute(select(journal.c.changes).where(journal.c.id == act.id)).scalar_one())
    for change in reversed(changes):
        if "file" in change:
            # A file may be back already: then a former undo was killed before its commit.
            expect(act, files.read(change["file"]) in (change["after"], change["before"]))
            files.put(change["file"], change["before"])
            continue
        if "line" in change:
            _undo_line(connection, act, change, now)
            continue
        table = METADATA.tables[change["table"]]
        if change.get("appended"):
            if "undoes" in table.c:
                first, last = change.get("from", change.get("key")), change.get("to", change.get("key"))
                _take_lines_back(connection, table, first, last, now)
            continue
        expect(act, read_row(connection, table, change["key"]) == change["after"])
        write_row(connection, table, change["key"], change["before"])
    connection.execute(update(journal).where(journal.c.id == act.id).values(undone_at=now))
    files.apply()


def expect(act: Act, unchanged: bool) -> None:
    """Refuse to take an act back where something else than what it left is there."""
    if not unchanged:
        raise ConflictError(f"Cannot undo {act.summary!r}: something later changed it.", "Undo the later act first.")


def _undo_line(connection: Connection, act: Act, image: dict[str, Any], now: int) -> None:
    log, memory = table_of(ReviewLogRow), table_of(MemoryRow)
    entry = entry_from(connection.execute(select(log).where(log.c.id == image["line"])).mappings().one())
    before = memory_before(image)
    expect(act, memory_of(connection, entry.card_id) == replayed(before, entry))
    write_row(connection, memory, entry.card_id, memory_row(Subject.CARD, entry.card_id, before))
    _take_lines_back(connection, log, entry.id, entry.id, now)


def _take_lines_back(connection: Connection, table: Table, first: int, last: int, now: int) -> None:
    """A copy of each line with `undoes`, as append-only logs keep what was taken back."""
    names = [column.name for column in table.columns if column.name != "id"]
    values = {"undoes": table.c.id, "at": literal(now, BigInteger)}
    copied = select(*(values.get(name, table.c[name]) for name in names)).where(table.c.id.between(first, last))
    connection.execute(insert(table).from_select(names, copied.order_by(table.c.id)))


def digest(connection: Connection) -> str:
    """sha256 over all projection rows: equal before an act and after its undo."""
    state = hashlib.sha256()
    for table in METADATA.sorted_tables:
        if table.name in LOGS | DERIVED:
            continue
        rows: list[Any] = sorted(
            json.dumps(dict(row), sort_keys=True) for row in connection.execute(select(table)).mappings()
        )
        state.update(json.dumps([table.name, rows]).encode())
    return state.hexdigest()
