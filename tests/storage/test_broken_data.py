"""Data that cannot be used: always an explanation with exit code 4, and never a change."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from studyctl.container import Container, diagnose, open_container
from studyctl.domain.cards import Rating
from studyctl.errors import DataError, ExitCode
from studyctl.paths import resolve_paths
from studyctl.services.doctor import Health
from studyctl.storage.database import open_database
from studyctl.storage.integrity import check_integrity
from tests.helpers import FakeClock, House


def explained(act: Callable[[], Any]) -> DataError:
    """The explanation that an act ends with."""
    with pytest.raises(DataError) as caught:
        act()
    assert caught.value.exit_code == ExitCode.DATA
    assert caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_file_that_is_no_database_is_explained_and_kept(house: House) -> None:
    house.paths.ensure()
    house.paths.database.write_text("my notes, not a database\n" * 100)
    error = explained(house.open)
    assert str(house.paths.database) in error.message
    assert "damaged" in error.message
    assert house.paths.database.read_text().startswith("my notes")


def test_a_database_whose_pages_were_overwritten_is_explained(house: House) -> None:
    container = house.open()
    for n in range(200):
        container.inbox.capture(f"thought {n} {'x' * 500}")
    house.close()
    damaged = bytearray(house.paths.database.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    house.paths.database.write_bytes(damaged)
    explained(lambda: house.open().inbox.thoughts())


def test_a_damaged_index_is_found_by_the_integrity_check(house: House) -> None:
    house.open().inbox.capture("a thought")
    house.close()
    raw = sqlite3.connect(house.paths.database)
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_master SET sql = replace(sql, '(state)', '(text)') WHERE name = 'ix_thought_state'")
    raw.commit()
    raw.close()
    assert "damaged" in explained(lambda: check_integrity(house.open().context.database)).message


def test_a_truncated_database_is_explained(house: House) -> None:
    house.open()
    house.close()
    whole = house.paths.database.read_bytes()
    house.paths.database.write_bytes(whole[: len(whole) // 2])
    explained(lambda: check_integrity(house.open().context.database))


def test_a_folder_in_place_of_the_database_is_explained(house: House) -> None:
    house.paths.database.mkdir(parents=True)
    assert "cannot be opened" in explained(house.open).message


def test_a_file_in_place_of_the_home_is_explained(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    paths = resolve_paths({"STUDYCTL_HOME": str(tmp_path / "home")})
    error = explained(lambda: open_container(paths))
    assert "STUDYCTL_HOME" in error.hint
    (finding,) = [finding for finding in diagnose(paths) if finding.health is Health.BROKEN]
    assert finding.name == "data folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_explained(house: House) -> None:
    house.paths.data.mkdir(parents=True)
    house.paths.data.chmod(0o500)
    try:
        explained(house.open)
    finally:
        house.paths.data.chmod(0o700)


def test_a_database_opened_read_only_is_explained(house: House, clock: FakeClock) -> None:
    house.open().inbox.capture("kept")
    house.close()
    database = open_database(f"sqlite:///file:{house.paths.database}?mode=ro&uri=true", clock)
    container = Container(replace(house.open().context, database=database))
    error = explained(lambda: container.inbox.capture("lost"))
    assert "opened for writing" in error.message
    assert [thought.text for thought in container.inbox.thoughts()] == ["kept"]
    container.close()


def test_a_full_disk_is_explained_and_loses_nothing(house: House) -> None:
    container = house.open()
    container.inbox.capture("before")
    engine = container.context.database.engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def fill_the_disk(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    def capture_until_full() -> None:
        for n in range(1000):
            container.inbox.capture(f"{n} " + "x" * 1900)

    error = explained(capture_until_full)
    assert "disk is full" in error.message
    kept = len(container.inbox.thoughts())
    explained(lambda: container.inbox.capture("x" * 1900))

    def answer_until_full() -> None:
        for n in range(1000):
            container.review.answer(container.review.queue().ids[0], Rating.AGAIN, duration_ms=n)
            container.context.clock.advance(minutes=1)  # type: ignore[attr-defined]

    assert "disk is full" in explained(answer_until_full).message
    assert len(container.inbox.thoughts()) == kept
    reopened = house.reopened()
    assert reopened.inbox.thoughts()[0].text == "before"
    assert len(reopened.inbox.thoughts()) == kept
    assert "integrity ok" in check_integrity(reopened.context.database)
    assert reopened.inbox.capture("after").value.text == "after"
