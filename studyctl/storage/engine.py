"""Opens the database: WAL, foreign keys, a busy timeout, and errors a user can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from studyctl.errors import ConflictError, DataError

BUSY_TIMEOUT_MS = 5000
CACHE_KIB = 32_768  # of each connection, at most
WRITE = "studyctl_write"


def open_engine(url: str) -> Engine:
    """An engine for `url`; nothing is read yet.

    Raises:
        DataError: the URL is not understood or its driver is missing.
    """
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise DataError(
            f"The database URL cannot be used: {error}",
            "Unset STUDYCTL_DATABASE_URL for SQLite, or install the driver: pip install 'studyctl[postgresql]'.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that a write takes its lock at once
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Switch to the write-ahead log. SQLite does not wait for that where another program is creating the same file."""
    give_up = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > give_up:
                raise
            sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn database failures inside the block into errors that say what to do."""
    try:
        yield
    except DBAPIError as error:
        raise explanation(str(error.orig), url) from error
    except sqlite3.Error as error:
        raise explanation(str(error), url) from error


def explanation(reason: str, url: str) -> Exception:
    """What a failure of the database means to the user."""
    place = url.removeprefix("sqlite:///")
    lowered = reason.lower()
    if "locked" in lowered:
        return DataError(
            f"The database {place} is locked by another program.", "Close the other studyctl, then try again."
        )
    if "full" in lowered or "disk i/o" in lowered:
        return DataError(
            f"The disk is full or failing: {place} could not be written.", "Free some space; nothing was lost."
        )
    if "readonly" in lowered or "read-only" in lowered or "unable to open" in lowered:
        return DataError(
            f"The database {place} cannot be opened for writing ({reason}).",
            "Make the folder writable, or point STUDYCTL_HOME at one that is.",
        )
    if "malformed" in lowered or "not a database" in lowered or "corrupt" in lowered:
        return DataError(
            f"The database {place} is damaged ({reason}).",
            "Move it aside and start anew, or restore a copy. Lab records stay as JSON files beside it. "
            "`studyctl doctor` shows what can be read.",
        )
    if "foreign key" in lowered:
        return ConflictError("Something newer depends on this.", "Undo the newer act first.")
    return DataError(f"The database {place} refused the act: {reason}", "`studyctl doctor` checks it.")
