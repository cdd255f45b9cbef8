"""What the database says about its own health."""

from __future__ import annotations

from sqlalchemy import text

from studyctl.errors import DataError
from studyctl.storage.migrate import current_revision
from studyctl.storage.unit_of_work import Database


def check_integrity(database: Database) -> str:
    """One line about a healthy database.

    Raises:
        DataError: SQLite's own check found damage.
    """
    if database.engine.dialect.name != "sqlite":
        return f"{database.url}, schema {current_revision(database.engine)}"
    with database.read() as connection:
        result = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if result != "ok" or broken is not None:
        raise DataError(f"The database is damaged: {result}.", "Restore a copy, or move it aside and start anew.")
    return f"{database.url.removeprefix('sqlite:///')}, schema {current_revision(database.engine)}, integrity ok"
