"""Opens somebody else's SQLite database: read only, without its code, within limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studyctl.storage.exchange.limits import refusal

_FETCH = "Check the collection in Anki (Tools > Check Database), then export it again."
_STEPS_BETWEEN_LOOKS = 1_000_000
_MAX_LOOKS = 3_000
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 32 * 2**20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 2,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 10,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
_FUNCTIONS = {"count", "length"}


class ForeignDatabase:
    """Rows of a foreign database; every problem is a `DataError` that names the package."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of one of our own queries.

        Raises:
            DataError: damaged, of another schema, text that is not UTF-8, or too much of it.
        """
        try:
            yield from self._connection.execute(query)
        except UnicodeDecodeError as error:
            raise refusal(self.path, "it holds text that is not valid UTF-8.", _FETCH) from error
        except (sqlite3.Error, OverflowError) as error:
            raise refusal(self.path, f"its database cannot be read ({error}).", _FETCH) from error

    def columns(self, table: str) -> frozenset[str]:
        """Names of a table's columns; empty where there is no such table. `table` is one of our own words."""
        return frozenset(str(row[1]) for row in self.rows(f"PRAGMA table_info({table})"))

    def require(self, table: str, *columns: str) -> None:
        """Refuse a database without this table and these columns.

        Raises:
            DataError: of another schema.
        """
        missing = set(columns) - self.columns(table)
        if missing:
            what = (
                f"its database has no {', '.join(sorted(missing))} in a table {table}: it is no collection of Anki's."
            )
            raise refusal(self.path, what, "Choose an .apkg or .colpkg that Anki exported.")

    def count(self, table: str, limit: int) -> int:
        """Rows of a table.

        Raises:
            DataError: more than `limit`.
        """
        found = int(next(self.rows(f"SELECT count(*) FROM {table}"))[0])
        if found > limit:
            what = f"it has {found:,} {table}; the limit is {limit:,}."
            raise refusal(self.path, what, "Export fewer decks at a time.")
        return found


@contextmanager
def open_foreign(database: Path, package: Path) -> Iterator[ForeignDatabase]:
    """The database at `database`, which came out of `package`.

    Raises:
        DataError: damaged, or with triggers, views or virtual tables in it.
    """
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise refusal(package, f"its database cannot be opened ({error}).", _FETCH) from error
    try:
        foreign = ForeignDatabase(package, connection)
        _disarm(connection)
        _check(foreign)
        connection.set_authorizer(_authorise)
        yield foreign
    finally:
        connection.close()


def _disarm(connection: sqlite3.Connection) -> None:
    for category, value in LIMITS.items():
        connection.setlimit(category, value)
    connection.text_factory = _strict_utf8
    connection.create_collation("unicase", _unicase)
    connection.set_progress_handler(_patience(), _STEPS_BETWEEN_LOOKS)


def _check(foreign: ForeignDatabase) -> None:
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
        list(foreign.rows(f"PRAGMA {pragma}"))
    for kind, name, text in foreign.rows("SELECT type, name, sql FROM sqlite_master"):
        if kind not in ("table", "index") or "VIRTUAL" in str(text or "").upper().split()[:3]:
            what = f"its database holds a {kind} {str(name)[:60]!r} of its own, which no collection of Anki's has."
            raise refusal(foreign.path, what, "Do not open it. Ask for a package that Anki itself exported.")
    said = next(foreign.rows("PRAGMA quick_check(1)"))[0]
    if said != "ok":
        raise refusal(foreign.path, f"its database is damaged ({str(said)[:200]}).", _FETCH)


def _authorise(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    """Selecting and looking at columns is all that is done here."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if (second or "").lower() in _FUNCTIONS else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if first == "table_info" else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _patience() -> Callable[[], int]:
    """A progress handler that gives up on a database which keeps SQLite busy without end."""
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return int(looks > _MAX_LOOKS)

    return look


def _strict_utf8(raw: bytes) -> str:
    return raw.decode("utf-8")


def _unicase(one: str, other: str) -> int:
    """Anki's collation of names: without regard to case."""
    left, right = one.casefold(), other.casefold()
    return (left > right) - (left < right)
