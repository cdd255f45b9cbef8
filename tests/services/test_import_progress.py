"""Earlier progress: claimed, never proved, all of a file or nothing, and taken back by one undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.ticks import TickStatus
from studyctl.errors import DataError, ExitCode, NotFoundError
from studyctl.services.plan import DayState
from studyctl.storage.undo import digest
from tests.helpers import House, write

FILE = """
    schema = 1

    [[claimed]]
    what = "p28/1"
    note = "kept elsewhere"
    on = 2026-02-14

    [[claimed]]
    what = "p90/16/deliverable/1"

    [[claimed]]
    what = "guide/chapter/3"
"""


def state(container: Container) -> str:
    """Digest of everything that undo must bring back."""
    with container.context.database.read() as connection:
        return digest(connection)


def statuses(container: Container, address: str) -> set[TickStatus]:
    """States of a day's items."""
    view = container.plan.show(Address(*address.split("/")))
    return {shown.tick.status for section in view.sections for shown in section.items if shown.item.kind.tickable}


def test_days_items_and_chapters_become_claimed(container: Container, tmp_path: Path) -> None:
    done = container.imports.progress(write(tmp_path / "old.toml", FILE)).value
    assert [(line.claim.what, len(line.items), [str(day) for day in line.days]) for line in done.lines] == [
        ("p28/1", 3, ["p28/1"]),
        ("p90/16/deliverable/1", 1, []),
        ("guide/chapter/3", 4, ["guide/3.1", "guide/3.2"]),
    ]
    assert statuses(container, "p28/1") == {TickStatus.CLAIMED}
    assert container.plan.show(Address("p28", "1")).state is DayState.CLOSED
    assert container.plan.show(Address("p28", "6-7")).state is DayState.TODAY
    assert statuses(container, "p90/16") == {TickStatus.CLAIMED, TickStatus.OPEN}


def test_a_date_in_the_file_is_the_date_of_the_claim(container: Container, tmp_path: Path) -> None:
    container.imports.progress(write(tmp_path / "old.toml", FILE))
    view = container.plan.show(Address("p28", "1"))
    at = view.sections[0].items[0].tick.at
    assert at is not None
    settings = container.context.settings()
    assert container.context.date_of(at, settings).isoformat() == "2026-02-14"


def test_one_undo_takes_the_whole_import_back(container: Container, tmp_path: Path) -> None:
    before = state(container)
    container.imports.progress(write(tmp_path / "old.toml", FILE))
    assert state(container) != before
    container.undo.undo()
    assert state(container) == before


def test_a_second_import_changes_nothing_and_what_was_done_stays(
    container: Container, tmp_path: Path, house: House
) -> None:
    evidence = write(tmp_path / "proof.txt", "measured")
    container.ticks.tick("p90/16/deliverable/1", str(evidence))
    file = write(tmp_path / "old.toml", FILE)
    assert container.imports.progress(file).value.items == 7
    again = container.imports.progress(file).value
    assert (again.items, again.days) == (0, 0)
    view = house.reopened().plan.show(Address("p90", "16"))
    ticks = {shown.item.id: shown.tick for section in view.sections for shown in section.items}
    assert ticks["p90/16/deliverable/1"].status is TickStatus.PROVED


def test_a_look_stores_nothing(container: Container, tmp_path: Path) -> None:
    before = state(container)
    seen = container.imports.progress(write(tmp_path / "old.toml", FILE), look_only=True)
    assert (seen.value.items, seen.value.days, seen.value.stored, seen.changes) == (8, 3, False, frozenset())
    assert state(container) == before


@pytest.mark.parametrize(
    ("what", "line", "said"),
    [
        ("p28/99", 7, "no day 99"),
        ("p90/16/deliverable/9", 7, "no item"),
        ("p90/16/example/1", 7, "read, not done"),
        ("guide/chapter/9", 7, "no chapter 9"),
        ("p90/week/7", 7, "no week 7"),
        ("tomorrow", 7, "not an address"),
        ("nowhere/1", 7, "no track"),
    ],
)
def test_one_wrong_line_and_nothing_is_stored(
    container: Container, tmp_path: Path, what: str, line: int, said: str
) -> None:
    before = state(container)
    text = f'schema = 1\n\n[[claimed]]\nwhat = "p28/1"\n\n[[claimed]]\nwhat = "{what}"\n'
    with pytest.raises(DataError, match=said) as caught:
        container.imports.progress(write(tmp_path / "old.toml", text))
    assert caught.value.message.startswith(f"old.toml:{line}: ")
    assert caught.value.exit_code == ExitCode.DATA
    assert state(container) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema = 2\n", "schema must be 1"),
        ("schema = 1\n", "claims nothing"),
        ('schema = 1\n[[claimed]]\nwhat = "p28/1"\non = "2026-02-14"\n', "without quotes"),
        ('schema = 1\n[[claimed]]\nwhat = "p28/1"\nwhen = 1\n', "unknown key"),
        ("[[claimed", "old.toml:1"),
    ],
)
def test_a_file_of_something_else_says_where(container: Container, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        container.imports.progress(write(tmp_path / "old.toml", text))


def test_no_file_says_how_to_get_one(container: Container, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        container.imports.progress(tmp_path / "none.toml")
    assert "--example" in caught.value.hint
