"""The driver's own connection to SQLite, kept open for the acts that must be quick."""

from __future__ import annotations

import sqlite3
from threading import Lock
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

from studyctl.storage.engine import explained, explanation


class Desk:
    """`with desk as execute` is one write transaction: all or nothing, one thread at a time.

    `execute` is that of one cursor: its rows are to be fetched before the next statement.
    """

    def __init__(self, engine: Engine, url: str) -> None:
        self._engine = engine
        self._url = url
        self._lock = Lock()
        self._held: PoolProxiedConnection | None = None
        self._execute: Any = None
        self._commits = 0

    def __enter__(self) -> Any:
        self._lock.acquire()
        try:
            self._open()
            self._execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._roll_back()
            self._lock.release()
            if isinstance(error, sqlite3.Error):
                raise explanation(str(error), self._url) from error
            raise
        return self._execute

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                try:
                    self._execute("COMMIT")
                    self._commits += 1
                except sqlite3.Error as failure:
                    error = failure
            if error is not None:
                self._roll_back()
        finally:
            self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise explanation(str(error), self._url) from error

    def version(self) -> int:
        """A number that grows with each commit, whoever commits."""
        with self._lock, explained(self._url):
            self._open()
            return self.version_inside()

    def version_inside(self) -> int:
        """The same, asked inside a transaction of this desk."""
        # SQLite counts the commits of other connections only.
        return int(self._execute("PRAGMA data_version").fetchall()[0][0]) + self._commits

    def close(self) -> None:
        """Give the connection back."""
        if self._held is not None:
            self._held.close()
        self._held = self._execute = None

    def _open(self) -> None:
        if self._held is None:
            with explained(self._url):
                self._held = self._engine.raw_connection()
                self._execute = self._held.cursor().execute

    def _roll_back(self) -> None:
        if self._held is None or not self._held.driver_connection.in_transaction:  # type: ignore[union-attr]
            return
        try:
            self._execute("ROLLBACK")
        except sqlite3.Error:
            self.close()  # the next act opens another connection
