"""One transaction per act: all of it or nothing, journaled, and never on a log."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, select

from studyctl.container import Container
from studyctl.domain.ticks import Tick, TickStatus
from studyctl.errors import ConflictError
from studyctl.storage.own_files import StagedFiles
from studyctl.storage.repositories.items import all_ticks, save_tick
from studyctl.storage.tables import (
    InterviewLogRow,
    ItemRow,
    JournalRow,
    LabRecordRow,
    ReviewLogRow,
    SettingRow,
    table_of,
)
from studyctl.storage.undo import digest, last_act, undo_act
from studyctl.storage.unit_of_work import Transaction
from tests.helpers import last_act_id

CLAIMED = Tick("p90/1/objective/1", TickStatus.CLAIMED)


def journal_lines(container: Container) -> int:
    """Lines of the journal, standing or not."""
    with container.context.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table_of(JournalRow))).scalar_one()


def state(container: Container) -> str:
    """Digest of all projections."""
    with container.context.database.read() as connection:
        return digest(connection)


def test_a_write_that_raises_changes_nothing(container: Container) -> None:
    before = state(container)

    def write_and_fail() -> None:
        with container.context.database.write("items", "half an act") as transaction:
            save_tick(transaction, CLAIMED, 1)
            assert all_ticks(transaction.connection)
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError, match="power"):
        write_and_fail()
    assert state(container) == before
    assert journal_lines(container) == 0
    with container.context.database.read() as connection:
        assert all_ticks(connection) == {}


def test_an_act_is_journaled_with_what_was_there_before(container: Container) -> None:
    with container.context.database.write("items", "claim it") as transaction:
        save_tick(transaction, CLAIMED, 17)
    with container.context.database.read() as connection:
        act = last_act(connection)
        (line,) = connection.execute(select(table_of(JournalRow))).mappings()
    assert act is not None
    assert (act.scope, act.summary, line["undone_at"]) == ("items", "claim it", None)
    (change,) = json.loads(line["changes"])
    assert change["table"] == "item"
    assert change["key"] == CLAIMED.item_id
    assert change["before"] is None
    assert change["after"]["status"] == "claimed"


def test_an_act_that_changes_nothing_leaves_no_line_to_undo(container: Container) -> None:
    for _ in range(2):
        with container.context.database.write("items", "claim it") as transaction:
            save_tick(transaction, CLAIMED, 17)
    with container.context.database.write("items", "open what is open"):
        pass
    assert journal_lines(container) == 1


LOG_ROWS = [ReviewLogRow, InterviewLogRow, LabRecordRow, JournalRow]
TOUCHES: dict[str, Callable[[Transaction, type], object]] = {
    "put": lambda transaction, model: transaction.put(model, {"id": 1}),
    "add": lambda transaction, model: transaction.add(model, {"id": 1}),
    "remove": lambda transaction, model: transaction.remove(model, 1),
}


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("model", LOG_ROWS, ids=lambda model: model.__tablename__)
def test_a_log_can_only_be_appended_to(container: Container, model: type, touch: str) -> None:
    def act() -> None:
        with container.context.database.write("review", "rewrite history") as transaction:
            TOUCHES[touch](transaction, model)

    with pytest.raises(TypeError, match="append-only"):
        act()


def test_an_act_that_changes_a_row_twice_is_taken_back_to_what_was_there_before(container: Container) -> None:
    before = state(container)
    with container.context.database.write("items", "claim and prove") as transaction:
        save_tick(transaction, CLAIMED, 17)
        save_tick(transaction, Tick(CLAIMED.item_id, TickStatus.PROVED), 18)
    container.undo.undo()
    assert state(container) == before


def test_the_digest_covers_projections_and_not_the_logs(container: Container) -> None:
    before = state(container)
    with container.context.database.write("settings", "choose") as transaction:
        transaction.put(SettingRow, {"name": "hours_per_day", "value": "2.5"})
    assert state(container) != before
    container.undo.undo()
    assert state(container) == before
    assert journal_lines(container) == 1


def test_undo_refuses_where_something_later_changed_the_same_row(container: Container) -> None:
    item = "p90/1/objective/1"
    container.ticks.tick(item)
    with container.context.database.maintain() as connection:
        connection.execute(table_of(ItemRow).update().values(status="proved"))
    before = state(container)
    with pytest.raises(ConflictError, match="tick p90/1/objective/1") as caught:
        container.undo.undo()
    assert caught.value.hint
    assert state(container) == before
    assert last_act_id(container) > 0, "a refused undo does not count as done"


def test_undo_of_a_sprint_with_thoughts_in_it_asks_for_the_thoughts_first(container: Container) -> None:
    container.sprints.start("draw")
    container.inbox.capture("buy milk")
    before = state(container)
    with pytest.raises(ConflictError):
        container.undo.undo("sprint")
    assert state(container) == before
    container.undo.undo("inbox")
    container.undo.undo("sprint")
    assert container.sprints.status() is None


def test_undo_with_nothing_to_undo_says_so(container: Container) -> None:
    with pytest.raises(ConflictError, match="nothing to undo"):
        container.undo.undo()


def test_undo_of_one_scope_leaves_the_others_alone(container: Container) -> None:
    container.ticks.tick("p90/1/objective/1")
    container.inbox.capture("buy milk")
    assert container.undo.undo("items").value.summary == "tick p90/1/objective/1"
    assert [thought.text for thought in container.inbox.thoughts()] == ["buy milk"]
    with pytest.raises(ConflictError):
        container.undo.undo("items")


def test_an_undone_act_cannot_be_undone_twice(container: Container) -> None:
    container.ticks.tick("p90/1/objective/1")
    act = container.undo.last()
    assert act is not None
    container.undo.undo()

    def again(connection: Connection) -> None:
        undo_act(connection, act, 1, StagedFiles(None))

    with pytest.raises(ConflictError), container.context.database.maintain() as connection:
        again(connection)


def test_the_version_changes_with_the_commits_of_another_program(container: Container) -> None:
    database = container.context.database
    first = database.version()
    assert database.version() == first
    container.ticks.tick("p90/1/objective/1")
    assert database.version() != first


def test_many_rows_at_once_are_what_one_after_the_other_would_be(container: Container) -> None:
    def rows(count: int) -> list[dict[str, str]]:
        return [{"name": f"n{n:04}", "value": str(count if n % 3 else 1)} for n in range(count)]

    database = container.context.database
    with database.write("items", "one by one") as transaction:
        for row in rows(1200):
            transaction.put(SettingRow, row)
        wanted = transaction.changes
    single = state(container)
    container.undo.undo()
    empty = state(container)
    with database.write("items", "at once") as transaction:
        transaction.put_many(SettingRow, rows(1200))
        assert transaction.changes == wanted
    assert state(container) == single
    with database.write("items", "some again") as transaction:
        transaction.put_many(SettingRow, rows(1500))
        assert len(transaction.changes) == 1500 - 400, "rows that stay as they are leave no trace"
    container.undo.undo()
    assert state(container) == single
    container.undo.undo()
    assert state(container) == empty


def test_many_rows_cannot_be_put_into_a_log(container: Container) -> None:
    def misuse() -> None:
        with container.context.database.write("review", "misuse") as transaction:
            transaction.put_many(ReviewLogRow, [])

    with pytest.raises(TypeError, match="append-only"):
        misuse()
