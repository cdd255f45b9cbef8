"""Many rows at once are journaled as if one by one."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from studyctl.container import Container
from studyctl.storage.tables import JournalRow, SettingRow, table_of
from studyctl.storage.undo import digest
from studyctl.storage.unit_of_work import Transaction


def journal(container: Container) -> list[dict[str, Any]]:
    """Changes of the newest act."""
    table = table_of(JournalRow)
    with container.context.database.read() as connection:
        changes = connection.execute(select(table.c.changes).order_by(table.c.id.desc()).limit(1)).scalar_one()
    found: list[dict[str, Any]] = json.loads(changes)
    return found


def rows(*numbers: int, value: str = "1") -> list[dict[str, str]]:
    return [{"name": f"n{number}", "value": value} for number in numbers]


def test_many_rows_are_written_and_undone_as_one_by_one(container: Container) -> None:
    def one_by_one(transaction: Transaction) -> None:
        for row in (*rows(1, 2), *rows(*range(3, 1200), value="2")):
            transaction.put(SettingRow, row)

    def at_once(transaction: Transaction) -> None:
        transaction.put_many(SettingRow, iter((*rows(1, 2), *rows(*range(3, 1200), value="2"))))

    database = container.context.database
    with database.write("settings", "some") as transaction:
        transaction.put_many(SettingRow, rows(1, 3, 5))
    digests, journals = [], []
    for write in (one_by_one, at_once):
        with database.write("settings", "many") as transaction:
            write(transaction)
        with database.read() as connection:
            digests.append(digest(connection))
        journals.append(journal(container))
        container.undo.undo()
        with database.read() as connection:
            digests.append(digest(connection))
    assert digests[:2] == digests[2:]
    assert digests[0] != digests[1]
    assert journals[0] == journals[1]
    assert len(journals[0]) == 1198, "a row that stays as it is needs no image"


def test_rows_that_change_nothing_make_no_act(container: Container) -> None:
    database = container.context.database
    with database.write("settings", "some") as transaction:
        transaction.put_many(SettingRow, rows(1, 2))
    act = container.undo.last()
    with database.write("settings", "the same") as transaction:
        transaction.put_many(SettingRow, rows(1, 2))
    assert container.undo.last() == act
