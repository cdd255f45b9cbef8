"""Databases of earlier schemas: what they hold is kept, filled in, summed up, and can still be undone."""

from __future__ import annotations

import json
import sqlite3
from binascii import crc32
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from studyctl.container import Container
from studyctl.domain.clock import LocalZone, from_millis, to_millis
from studyctl.storage.aggregates import compare
from studyctl.storage.engine import open_engine
from studyctl.storage.migrate import FOLDER
from studyctl.storage.repositories.memory import memory_of
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.tables import METADATA, MemoryRow, table_of
from tests.helpers import START, House

DAY = START.date().toordinal()
AT = to_millis(datetime(2026, 11, 2, 8, 30, tzinfo=ZoneInfo("Europe/Berlin")))
MEMORY = (
    "INSERT INTO memory (subject, kind, algo, phase, stability, difficulty, step, due_day, due_at, last_day, reps, "
    "lapses, suspended, leech) VALUES (?, 'card', 'FSRS-6', 'review', 4.5, 5.0, 0, ?, NULL, ?, 2, 0, 0, 0)"
)
LOG = (
    "INSERT INTO review_log (undoes, card_id, rating, at, day, phase, elapsed_days, stability, difficulty, "
    "interval_days, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 4.5, 5.0, ?, 3000)"
)

LOG_0003 = LOG.replace("duration_ms)", "duration_ms, hour, former_days)").replace("3000)", "3000, ?, ?)")


def image(raw: sqlite3.Connection, card: str) -> dict[str, object]:
    """A row of memory as the journal keeps it."""
    cursor = raw.execute("SELECT * FROM memory WHERE subject = ?", (card,))
    return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


def old_database(path: Path, revision: str) -> None:
    """A database of an earlier schema: one card answered twice, another one answered and taken back."""
    path.parent.mkdir(parents=True)
    engine = open_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    raw = sqlite3.connect(path)
    since_0003 = revision >= "0003"

    def log(*line: object, former: int = 0) -> None:
        more = (from_millis(AT, LocalZone()).hour, former)
        raw.execute(LOG_0003 if since_0003 else LOG, (*line, *more) if since_0003 else line)

    log(None, "one-01", 4, AT - 10 * 86_400_000, DAY - 10, "new", 0, 8)
    raw.execute(MEMORY, ("one-01", DAY - 2, DAY - 10))
    if since_0003:
        raw.execute("UPDATE memory SET mix = ?", (crc32(b"one-01"),))
    before = image(raw, "one-01")
    raw.execute("UPDATE memory SET due_day = ?, last_day = ? WHERE subject = 'one-01'", (DAY + 9, DAY))
    log(None, "one-01", 3, AT, DAY, "review", 10, 9, former=8)
    log(None, "one-02", 1, AT, DAY, "new", 0, 0)
    log(3, "one-02", 1, AT + 5, DAY, "new", 0, 0)
    changes = [
        {"table": "memory", "key": "one-01", "before": before, "after": image(raw, "one-01")},
        {"table": "review_log", "key": 2, "appended": True},
    ]
    raw.execute(
        "INSERT INTO journal (at, scope, summary, changes) VALUES (?, 'review', 'rate one-01 Good', ?)",
        (AT, json.dumps(changes, sort_keys=True)),
    )
    raw.commit()
    raw.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_an_earlier_database_is_filled_in_and_its_acts_can_be_undone(house: House, revision: str) -> None:
    old_database(house.paths.database, revision)
    container = house.open()
    container.review.queue()
    memory = table_of(MemoryRow)
    with container.context.database.read() as connection:
        mix = connection.execute(select(memory.c.mix)).scalar_one()
        first, second = reviews(connection)
        assert [(each.missing, each.wrong) for each in compare(connection)] == [(0, 0)] * 4
    assert mix == crc32(b"one-01")
    assert (first.former_days, second.former_days) == (0, 8)
    assert second.hour == from_millis(AT, LocalZone()).hour
    assert container.undo.undo("review").value.summary == "rate one-01 Good"
    with container.context.database.read() as connection:
        assert memory_of(connection, "one-01").due_day == DAY - 2
        assert len(reviews(connection)) == 1
        assert [(each.missing, each.wrong) for each in compare(connection)] == [(0, 0)] * 4
    assert container.review.queue().ids[0] == "one-01"


def test_a_database_of_0003_gets_its_new_column_and_tables_and_keeps_its_acts(house: House) -> None:
    old_database(house.paths.database, "0003")
    container = house.open()
    before = {name for name in ("card_flag", "prediction", "lab_card") if rows(container, name) == []}
    assert before == {"card_flag", "prediction", "lab_card"}
    with container.context.database.read() as connection:
        assert [entry.after for entry in reviews(connection)] == [None, None]
    assert container.undo.undo("review").value.summary == "rate one-01 Good"
    with container.context.database.read() as connection:
        assert memory_of(connection, "one-01").due_day == DAY - 2
        assert len(reviews(connection)) == 1


def rows(container: Container, name: str) -> list[object]:
    """All rows of a table."""
    with container.context.database.read() as connection:
        return list(connection.execute(select(METADATA.tables[name])))
