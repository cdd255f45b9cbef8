"""The schema: what the migrations build is what the models say, and other schemas are refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from studyctl.container import Container
from studyctl.errors import DataError, ExitCode
from studyctl.storage.database import open_database
from studyctl.storage.integrity import check_integrity
from studyctl.storage.migrate import FOLDER, HEAD, current_revision
from studyctl.storage.tables import DERIVED, LOGS, METADATA
from tests.helpers import FakeClock, House


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'study.db'}"


def test_the_migrated_schema_is_the_models_schema(container: Container) -> None:
    with container.context.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_the_comparison_would_notice_a_missing_column(container: Container, house: House) -> None:
    container.close()
    with sqlite3.connect(house.paths.database) as raw:
        raw.execute("ALTER TABLE journal DROP COLUMN summary")
    raw.close()
    with container.context.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) != []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_new_database_is_at_head_and_healthy(container: Container) -> None:
    database = container.context.database
    assert current_revision(database.engine) == HEAD
    assert check_integrity(database).endswith(f"schema {HEAD}, integrity ok")


def test_every_table_is_a_log_or_a_projection_with_one_key() -> None:
    assert set(METADATA.tables) >= LOGS | DERIVED
    for table in METADATA.tables.values():
        if table.name in DERIVED:
            continue  # never journaled
        assert len(table.primary_key.columns) == 1, f"the journal cannot name a row of {table.name}"


def test_the_pragmas_are_in_force_on_every_connection(container: Container) -> None:
    engine = container.context.database.engine
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            shown = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
            assert shown == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 2}


@pytest.mark.parametrize("revision", ["0006", "9999"])
def test_a_newer_schema_is_refused_and_left_alone(house: House, revision: str) -> None:
    house.open()
    house.close()
    set_revision(house.paths.database, revision)
    before = house.paths.database.read_bytes()
    with pytest.raises(DataError, match=f"newer studyctl.*{revision}") as caught:
        house.open()
    assert caught.value.exit_code == ExitCode.DATA
    assert "Upgrade" in caught.value.hint
    assert house.paths.database.read_bytes() == before


def test_a_schema_that_nobody_knows_is_refused(house: House) -> None:
    house.open()
    house.close()
    set_revision(house.paths.database, "0000")
    with pytest.raises(DataError, match="does not know") as caught:
        house.open()
    assert caught.value.hint


def test_a_database_of_another_program_is_refused(tmp_path: Path, url: str, clock: FakeClock) -> None:
    with sqlite3.connect(tmp_path / "study.db") as raw:
        raw.execute("CREATE TABLE item (whatever TEXT)")
    raw.close()
    with pytest.raises(DataError) as caught:
        open_database(url, clock)
    assert "doctor" in caught.value.hint
    with sqlite3.connect(tmp_path / "study.db") as raw:
        names = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    assert names == {"item"}, "a failed migration must leave nothing behind"


@pytest.mark.parametrize("broken", ["nonsense", "nosuchdatabase://localhost/x"])
def test_a_database_url_that_makes_no_sense_is_explained(broken: str, clock: FakeClock) -> None:
    with pytest.raises(DataError) as caught:
        open_database(broken, clock)
    assert "STUDYCTL_DATABASE_URL" in caught.value.hint


def set_revision(path: Path, revision: str) -> None:
    """Pretend that another studyctl wrote the file."""
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
