"""Opens the user's database, ready to use."""

from __future__ import annotations

from pathlib import Path

from studyctl.domain.clock import Clock
from studyctl.storage.engine import open_engine
from studyctl.storage.migrate import ensure_schema
from studyctl.storage.unit_of_work import Database


def open_database(url: str, clock: Clock, own_files: Path | None = None) -> Database:
    """Connect and bring the schema up to date; `own_files` is the folder of files that acts may change.

    Raises:
        DataError: the database cannot be opened, is damaged, or is of a newer studyctl.
    """
    engine = open_engine(url)
    ensure_schema(engine)
    return Database(engine, clock, own_files)
