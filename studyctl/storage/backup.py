"""A copy of everything that is the user's, in one zip file that has the layout of a home."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from studyctl.errors import CannotRunHereError, DataError
from studyctl.storage.engine import explained
from studyctl.storage.exchange.whole_file import whole_file
from studyctl.storage.unit_of_work import Connection, Database

DATABASE = "data/studyctl.db"
DECKS = "cards"


def write_backup(database: Database, decks: Path, target: Path) -> list[str]:
    """Write `target` whole or not at all; the names of its members.

    Acts wait meanwhile, so that database and deck files belong together. The copy is checked before it counts.

    Raises:
        CannotRunHereError: the database is not SQLite.
        DataError: the database is damaged, a deck cannot be read, or the place cannot be written.
    """
    if database.engine.dialect.name != "sqlite":
        raise CannotRunHereError(
            "Only an SQLite database can be copied into a file.", "For PostgreSQL use pg_dump, and copy the own decks."
        )
    with TemporaryDirectory(prefix="studyctl-") as folder, whole_file(target) as part, database.maintain():
        copy = Path(folder) / "copy.db"
        with explained(database.url), database.read() as connection:
            _copy(connection, copy)
        files = {DATABASE: copy, **{f"{DECKS}/{deck.name}": deck for deck in sorted(decks.glob("*.toml"))}}
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in files.items():
                archive.write(file, name)
    return list(files)


def _copy(connection: Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
        (result,) = copy.execute("PRAGMA integrity_check").fetchone()
    finally:
        copy.close()
    if result != "ok":
        raise DataError(
            f"The database is damaged: {result}.", "`studyctl doctor` shows what can be read; no copy made."
        )
