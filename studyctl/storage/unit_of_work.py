"""One transaction per act: every change of a projection row is journaled inside it, so that undo is exact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, insert, select, update
from sqlmodel import SQLModel

from studyctl.domain.clock import Clock, to_millis
from studyctl.storage.desk import Desk
from studyctl.storage.engine import WRITE, explained
from studyctl.storage.own_files import StagedFiles
from studyctl.storage.tables import DERIVED, LOGS, JournalRow, table_of

__all__ = ["Connection", "Database", "Transaction", "read_row", "write_row"]

Row = dict[str, Any]
_MANY = 500


class Transaction:
    """A write in progress. `put`, `add` and `remove` change projections, `append` a log, `write_file` a file."""

    def __init__(self, connection: Connection, files: StagedFiles) -> None:
        self.connection = connection
        self.changes: list[dict[str, Any]] = []
        self._files = files

    def put(self, model: type[SQLModel], values: Mapping[str, Any]) -> None:
        """Insert or replace the row whose primary key is in `values` (all columns given)."""
        table = _projection(model)
        key = _key_column(table)
        self._write(table, values[key], dict(values))

    def put_many(self, model: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for many rows at once."""
        table = _projection(model)
        key = _key_column(table)
        wanted = {row[key]: dict(row) for row in rows}
        before = _read_rows(self.connection, table, list(wanted))
        if new := [row for name, row in wanted.items() if name not in before]:
            self.connection.execute(insert(table), new)
        if changed := [row for name, row in wanted.items() if before.get(name, row) != row]:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changed[0]}
            named = [{f"new_{name}": value for name, value in row.items()} for row in changed]
            statement = update(table).where(table.c[key] == bindparam(f"new_{key}")).values(values)
            self.connection.execute(statement, named)
        self.changes += [
            {"table": table.name, "key": name, "before": before.get(name), "after": row}
            for name, row in wanted.items()
            if before.get(name) != row
        ]

    def add(self, model: type[SQLModel], values: Mapping[str, Any]) -> int:
        """Insert a row with a generated integer key and return it."""
        table = _projection(model)
        key = int(self.connection.execute(insert(table).values(**values)).inserted_primary_key[0])  # type: ignore[index]
        after = read_row(self.connection, table, key)
        self.changes.append({"table": table.name, "key": key, "before": None, "after": after})
        return key

    def remove(self, model: type[SQLModel], key: Any) -> None:
        """Delete a row if it exists."""
        self._write(_projection(model), key, None)

    def append(self, model: type[SQLModel], values: Mapping[str, Any]) -> int:
        """Write one line of an append-only log with an integer key and return the key."""
        table = table_of(model)
        key = int(self.connection.execute(insert(table).values(**values)).inserted_primary_key[0])  # type: ignore[index]
        self.changes.append({"table": table.name, "key": key, "appended": True})
        return key

    def append_many(self, model: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write lines of an append-only log with an integer key, in this order.

        On SQLite they are one range in the journal; elsewhere the database numbers them, not without gaps.
        """
        if self.connection.dialect.name != "sqlite":
            for row in rows:
                self.append(model, row)
            return
        table = table_of(model)
        key = _key_column(table)
        first = (self.connection.execute(select(func.max(table.c[key]))).scalar_one() or 0) + 1
        numbered = [{**row, key: number} for number, row in enumerate(rows, start=first)]
        if numbered:
            self.connection.execute(insert(table), numbered)
            last = first + len(numbered) - 1
            self.changes.append({"table": table.name, "from": first, "to": last, "appended": True})

    def read_file(self, name: str) -> str | None:
        """Text of one of the user's own files as this act leaves it; None where there is none."""
        return self._files.read(name)

    def write_file(self, name: str, text: str | None) -> None:
        """Make this the text of one of the user's own files when the act is committed; None removes it.

        Raises:
            DataError: the file cannot be written.
        """
        before = self._files.read(name)
        if before != text:
            self._files.put(name, text)
            self.changes.append({"file": name, "before": before, "after": text})

    def _write(self, table: Table, key: Any, after: Row | None) -> None:
        before = read_row(self.connection, table, key)
        if before == after:
            return
        write_row(self.connection, table, key, after)
        self.changes.append({"table": table.name, "key": key, "before": before, "after": after})


class Database:
    """Reads and journaled writes over one engine. Safe to use from several threads."""

    def __init__(self, engine: Engine, clock: Clock, own_files: Path | None = None) -> None:
        self.engine = engine
        self._own_files = own_files
        self._clock = clock
        self.url = engine.url.render_as_string(hide_password=True)
        self.desk = Desk(engine, self.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot."""
        with explained(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, scope: str, summary: str) -> Iterator[Transaction]:
        """One act: all or nothing, journaled as `summary` under `scope`. Committed when the block ends."""
        with self.staged_files() as files, self._write_connection() as connection:
            transaction = Transaction(connection, files)
            yield transaction
            if transaction.changes:
                connection.execute(
                    insert(table_of(JournalRow)).values(
                        at=to_millis(self._clock.now()),
                        scope=scope,
                        summary=summary,
                        changes=json.dumps(transaction.changes, sort_keys=True),
                        undone_at=None,
                    )
                )
                files.apply()

    @contextmanager
    def staged_files(self) -> Iterator[StagedFiles]:
        """The user's own files; what was applied is taken back where the block fails."""
        files = StagedFiles(self._own_files)
        try:
            yield files
        except BaseException:
            files.restore()
            raise

    @contextmanager
    def maintain(self) -> Iterator[Connection]:
        """A write outside the journal: undo itself, and what is not an act of the user."""
        with self._write_connection() as connection:
            yield connection

    def version(self) -> int:
        """A number that differs from the last one where something was committed in between, by any program.

        On SQLite it grows with each commit; elsewhere it is the newest journal entry.
        """
        if self.engine.dialect.name != "sqlite":
            with self.read() as connection:
                return connection.execute(select(func.max(table_of(JournalRow).c.id))).scalar() or 0
        return self.desk.version()

    @contextmanager
    def _write_connection(self) -> Iterator[Connection]:
        with (
            explained(self.url),
            self.engine.connect().execution_options(**{WRITE: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.desk.close()
        self.engine.dispose()


def read_row(connection: Connection, table: Table, key: Any) -> Row | None:
    """One row as a dict, or None."""
    row = connection.execute(select(table).where(table.c[_key_column(table)] == key)).mappings().one_or_none()
    return None if row is None else dict(row)


def _read_rows(connection: Connection, table: Table, keys: list[Any]) -> dict[Any, Row]:
    column, found = table.c[_key_column(table)], {}
    for start in range(0, len(keys), _MANY):
        query = select(table).where(column.in_(keys[start : start + _MANY]))
        found.update({row[column.name]: dict(row) for row in connection.execute(query).mappings()})
    return found


def write_row(connection: Connection, table: Table, key: Any, after: Row | None) -> None:
    """Make the row with this key equal to `after`; None deletes it."""
    column = table.c[_key_column(table)]
    if after is None:
        connection.execute(delete(table).where(column == key))
    elif connection.execute(update(table).where(column == key).values(**after)).rowcount == 0:
        connection.execute(insert(table).values(**after))


def _key_column(table: Table) -> str:
    (column,) = table.primary_key.columns
    return str(column.name)


def _projection(model: type[SQLModel]) -> Table:
    table = table_of(model)
    if table.name in LOGS:
        raise TypeError(f"{table.name} is append-only")
    if table.name in DERIVED:
        raise TypeError(f"{table.name} is derived")
    return table
