"""A damaged database, an unwritable home, a newer schema: a message, exit code 4, and nothing lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_a_file_that_is_no_database_is_named_and_left_alone(cli: Cli, home: Path) -> None:
    database = home / "data" / "studyctl.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is not a database" * 500)
    before = database.read_bytes()
    for command in (("today",), ("inbox", "add", "x"), ("review", "due"), ("export", "markdown")):
        done = cli(*command)
        assert done.code == 4
        assert str(database) in done.err
    assert database.read_bytes() == before
    assert cli("doctor").code == 4


def test_a_torn_database_is_explained(cli: Cli, home: Path) -> None:
    for number in range(4):
        cli("inbox", "add", f"thought {number} " + "x" * 500)
    database = home / "data" / "studyctl.db"
    for leftover in home.glob("data/studyctl.db-*"):
        leftover.unlink()
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.write_bytes(content)
    done = cli("today")
    assert done.code == 4
    assert "damaged" in done.err


def test_a_home_that_is_a_file_is_explained(cli: Cli, home: Path) -> None:
    home.write_text("a file", encoding="utf-8")
    done = cli("today")
    assert done.code == 4
    assert "STUDYCTL_HOME" in done.err


def test_a_database_of_a_newer_version_is_not_touched(cli: Cli, home: Path) -> None:
    cli("inbox", "add", "x")
    with sqlite3.connect(home / "data" / "studyctl.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    done = cli("today")
    assert done.code == 4
    assert "newer" in done.err


def test_an_unknown_database_url_is_explained(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYCTL_DATABASE_URL", "nonsense://x")
    done = cli("today")
    assert done.code == 4
    assert "STUDYCTL_DATABASE_URL" in done.err


def test_a_full_disk_is_explained_and_loses_nothing_that_was_acknowledged(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("inbox", "add", "first")
    from studyctl.storage import engine

    configure = engine._configure_sqlite

    def tiny(connection: sqlite3.Connection, record: object) -> None:
        configure(connection, record)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "_configure_sqlite", tiny)
        codes = [cli("inbox", "add", "y" * 2000).code for _ in range(30)]
    assert set(codes) == {0, 4}
    assert len(cli("inbox", "list", "--json").json) == codes.count(0) + 1
