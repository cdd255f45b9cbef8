"""Full-text index of the content and the cards: a derived SQLite file (FTS5).

It is built again whenever the content changed; where only the user's decks did, the cards that differ are written anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from studyctl.errors import CannotRunHereError, DataError, StudyError

TITLE_WEIGHT = 5.0  # a word in the title counts as much as five in the text
BEGIN, END = "\x02", "\x03"  # mark the found words in a snippet
SNIPPET_WORDS = 14
_SCHEMA = (
    "CREATE VIRTUAL TABLE content USING fts5(kind UNINDEXED, id UNINDEXED, title, text, tokenize='porter unicode61')"
)
_FIND = """
SELECT kind, id, title, snippet(content, -1, ?, ?, ' ... ', ?), text
FROM content WHERE content MATCH ? ORDER BY bm25(content, 0, 0, ?, 1.0), rowid LIMIT ?
"""


@dataclass(frozen=True)
class Document:
    """One thing that can be found. `id` opens it, as its `kind` says."""

    kind: str
    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Match:
    """A found document; `snippet` holds the found words between BEGIN and END."""

    kind: str
    id: str
    title: str
    snippet: str
    text: str


class ContentIndex:
    """The index file at `path`, valid for one `fingerprint` of the content."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        self._fingerprint = fingerprint

    def ensure(self, documents: Callable[[], Iterable[Document]]) -> None:
        """Build the file, unless it holds this content already.

        Raises:
            CannotRunHereError: this Python's SQLite has no FTS5.
            DataError: the file cannot be written.
        """
        if self._stored_fingerprint() == self._fingerprint:
            return
        fresh = self._path.with_suffix(f".{os.getpid()}.tmp")
        fresh.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(fresh)) as connection, connection:
                connection.execute("PRAGMA synchronous = OFF")  # derived: a torn file is built again
                connection.execute(_SCHEMA)
                rows = ((each.kind, each.id, each.title, each.text) for each in documents())
                connection.executemany("INSERT INTO content VALUES (?, ?, ?, ?)", rows)
                connection.execute("CREATE TABLE built (fingerprint TEXT, cards TEXT)")
                connection.execute("INSERT INTO built VALUES (?, '')", (self._fingerprint,))
            fresh.replace(self._path)
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error
        except OSError as error:
            raise DataError(f"The search index {self._path} cannot be written: {error.strerror}.") from error
        finally:
            fresh.unlink(missing_ok=True)

    def follow(self, stamp: str, kind: str, documents: Callable[[], Iterable[Document]]) -> None:
        """Make the documents of one kind these, unless that was done under this stamp; equal ones stay as they are.

        Raises:
            DataError: the file cannot be written.
        """
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
                if connection.execute("SELECT cards FROM built").fetchone() == (stamp,):
                    return
                connection.execute("BEGIN IMMEDIATE")
                rows = connection.execute("SELECT id, title, text, rowid FROM content WHERE kind = ?", (kind,))
                held = {(name, title, text): row for name, title, text, row in rows}
                wanted = {(each.id, each.title, each.text): each for each in documents()}
                gone = [(held[key],) for key in held.keys() - wanted.keys()]
                connection.executemany("DELETE FROM content WHERE rowid = ?", gone)
                fresh = [(kind, *key) for key in wanted if key not in held]
                connection.executemany("INSERT INTO content VALUES (?, ?, ?, ?)", fresh)
                connection.execute("UPDATE built SET cards = ?", (stamp,))
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.Error) -> StudyError:
        if "fts5" in str(error):
            return CannotRunHereError(
                "This Python's SQLite was built without full-text search (FTS5).",
                "Use a Python from python.org, Debian or conda.",
            )
        return DataError(f"The search index {self._path} cannot be written: {error}.")

    def find(self, query: str, limit: int) -> list[Match]:
        """The best matches of an FTS5 query, best first."""
        with closing(sqlite3.connect(self._path)) as connection:
            rows = connection.execute(_FIND, (BEGIN, END, SNIPPET_WORDS, query, TITLE_WEIGHT, limit))
            return [Match(*row) for row in rows]

    def _stored_fingerprint(self) -> str | None:
        if not self._path.is_file():
            return None
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                row = connection.execute("SELECT fingerprint, cards FROM built").fetchone()
        except sqlite3.Error:
            return None
        return None if row is None else str(row[0])


def query_of(words: list[str], *, every: bool = True) -> str:
    """An FTS5 query for typed words: each one literal, the last one a prefix; all of them, or any."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return (" AND " if every else " OR ").join([*quoted[:-1], quoted[-1] + "*"])
