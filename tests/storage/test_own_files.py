"""The user's own files as part of an act: written with it, taken back with it, and never half of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.errors import ConflictError
from studyctl.storage.tables import SettingRow
from studyctl.storage.unit_of_work import Transaction
from tests.helpers import House


def write(container: Container, name: str, text: str | None) -> None:
    """One act that makes this the text of a file and sets a row."""
    with container.context.database.write("review", f"edit {name}") as transaction:
        transaction.write_file(name, text)
        set_row(transaction, text)


def set_row(transaction: Transaction, text: str | None) -> None:
    transaction.put(SettingRow, {"name": "x", "value": f'"{text}"'})


def texts(folder: Path) -> dict[str, str]:
    """Every file of the folder, hidden ones too."""
    return {path.name: path.read_bytes().decode() for path in folder.iterdir()} if folder.exists() else {}


def test_files_follow_acts_and_their_undo_across_restarts(house: House) -> None:
    container, folder = house.open(), house.paths.cards
    history = [texts(folder)]
    for name, text in [("a.toml", "one\r\n"), ("b.toml", "b"), ("a.toml", "two"), ("b.toml", None), ("a.toml", None)]:
        write(container, name, text)
        history.append(texts(folder))
    assert history[3] == {"a.toml": "two", "b.toml": "b"}
    container = house.reopened()
    while len(history) > 1:
        history.pop()
        container.undo.undo()
        assert texts(folder) == history[-1]


def fail(container: Container, statement: str | None) -> None:
    """An act that stages a file and then breaks, by itself or at its commit."""
    with container.context.database.write("review", "edit") as transaction:
        transaction.write_file("a.toml", "two")
        assert transaction.read_file("a.toml") == "two"
        if statement is None:
            raise RuntimeError
        transaction.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        transaction.connection.exec_driver_sql(statement)


DANGLING = """INSERT INTO review_log (undoes, card_id, rating, at, day, phase, elapsed_days, interval_days, duration_ms)
VALUES (99, 'x', 1, 0, 0, 'new', 0, 0, 0)"""


@pytest.mark.parametrize(("statement", "error"), [(None, RuntimeError), (DANGLING, ConflictError)])
def test_an_act_that_fails_leaves_no_file(house: House, statement: str | None, error: type[Exception]) -> None:
    container = house.open()
    write(container, "a.toml", "one")
    with pytest.raises(error):
        fail(container, statement)
    assert texts(house.paths.cards) == {"a.toml": "one"}


def test_a_file_that_was_edited_by_hand_is_not_overwritten_by_undo(house: House) -> None:
    container, place = house.open(), house.paths.cards / "a.toml"
    write(container, "a.toml", "one")
    place.write_text("by hand")
    with pytest.raises(ConflictError, match="later changed"):
        container.undo.undo()
    assert place.read_text() == "by hand"


def test_an_undo_that_was_killed_behind_its_files_can_be_said_again(house: House) -> None:
    container, place = house.open(), house.paths.cards / "a.toml"
    write(container, "a.toml", "one")
    place.unlink()
    assert container.undo.undo().value.summary == "edit a.toml"
    assert not place.exists()


@pytest.mark.parametrize("name", ["../a.toml", "sub/a.toml", "/a.toml"])
def test_a_name_that_leads_out_of_the_folder_is_refused(house: House, name: str) -> None:
    with pytest.raises(ValueError, match="inside the folder"):
        write(house.open(), name, "x")
