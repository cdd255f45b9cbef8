"""A backup is a home: unpacked elsewhere it goes on where the first one stood."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from studyctl.domain.cards import Rating
from studyctl.errors import CannotRunHereError, DataError, UsageError
from studyctl.services.backup import BackupService
from tests.exchange.homes import digest_of, play, state_of, undone_whole, with_own_deck
from tests.helpers import FakeClock, House


def backup(house: House, path: Path) -> list[str]:
    """A backup of a home, and what is in it."""
    BackupService(house.open().context).write(path)
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_a_home_that_is_unpacked_elsewhere_goes_on(
    house: House, bundle: Path, clock: FakeClock, tmp_path: Path
) -> None:
    with_own_deck(house)
    container = house.open()
    play(container, clock, days=8, seed=4)
    path = tmp_path / "backup.zip"
    assert backup(house, path) == ["data/studyctl.db", "cards/mine.toml"]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "copy")
    other = House(tmp_path / "copy", bundle, clock)
    copy = other.open()
    assert (digest_of(copy), state_of(copy)) == (digest_of(container), state_of(container))
    clock.next_day(30)
    card = copy.review.queue().ids[0]
    with undone_whole(copy, other.paths.cards):
        copy.review.answer(card, Rating.GOOD)
    before = digest_of(container)
    copy.undo.undo()
    assert digest_of(copy) != before == digest_of(container)
    other.close()


def test_a_database_that_is_damaged_gives_no_backup(house: House, clock: FakeClock, tmp_path: Path) -> None:
    play(house.open(), clock, days=2, seed=4)
    house.close()
    with sqlite3.connect(house.paths.database, isolation_level=None) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_review_log_day'").fetchone()
    connection.close()
    content = bytearray(house.paths.database.read_bytes())
    content[(page - 1) * 4096 + 100 : page * 4096] = b"\xff" * (4096 - 100)
    house.paths.database.write_bytes(content)
    path = tmp_path / "backup.zip"
    path.write_bytes(b"older")
    with pytest.raises(DataError, match="damaged"):
        backup(house, path)
    assert path.read_bytes() == b"older"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["backup", "backup.tar", "no/such/folder.zip", "."])
def test_a_place_that_cannot_be_a_backup_is_refused(house: House, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a backup"):
        BackupService(house.open().context).write(tmp_path / name)


def test_another_database_is_said_to_need_its_own_tool(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = house.open()
    monkeypatch.setattr(container.context.database.engine.dialect, "name", "postgresql")
    with pytest.raises(CannotRunHereError, match="Only an SQLite"):
        BackupService(container.context).write(tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
