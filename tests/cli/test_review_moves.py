"""`review advance`, `postpone`, `flatten` and `break` on the command line: the cost first, then the act."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from io import StringIO

import pytest

from studyctl.cli import due_moves
from studyctl.container import Container, open_container
from studyctl.domain.cards import Memory, Phase
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.undo import digest
from tests.cli.conftest import Cli

ACTS = [
    ("advance",),
    ("advance", "--cards", "4"),
    ("postpone", "--cards", "20"),
    ("flatten",),
    ("flatten", "--days", "30", "--limit", "9"),
    ("break", "plan", "+4", "+9"),
]


def dated(*arguments: str) -> tuple[str, ...]:
    """Arguments with `+N` and `+-N` as the date in N days or N days ago."""
    return tuple(in_days(int(word[1:])) if word.startswith("+") else word for word in arguments)


def in_days(days: int) -> str:
    """An ISO date."""
    return (date.today() + timedelta(days=days)).isoformat()


def arranged() -> Container:
    """A house in which 80 cards are in review, 30 of them due."""
    container = open_container()
    container.review.queue()
    today = container.context.moment(container.context.settings()).day
    with container.context.database.write("review", "arrange") as transaction:
        for n, card in enumerate(list(container.library.cards)[:80]):
            last = today - 15 - n % 5
            due = today - n % 3 if n < 30 else today + 1 + n % 25
            memory = Memory(Phase.REVIEW, float(due - last), 5.0, due_day=due, last_day=last, reps=3)
            save_memory(transaction, Subject.CARD, card, memory)
    return container


def state() -> str:
    """Digest of everything that undo restores."""
    container = open_container()
    with container.context.database.read() as connection:
        found = digest(connection)
    container.close()
    return found


@pytest.fixture(autouse=True)
def _cards(home: object) -> None:
    arranged().close()


@pytest.mark.parametrize("arguments", ACTS, ids=" ".join)
def test_the_cost_is_said_and_only_yes_does_it(cli: Cli, arguments: tuple[str, ...]) -> None:
    before = state()
    command = ("review", *dated(*arguments))
    seen = cli(*command)
    assert seen.code == 0
    for told in ("cards to move", "at most", "forgotten when asked", "recall", "minutes", "One review takes"):
        assert told in seen.out
    assert max(map(len, seen.out.splitlines())) <= 80
    assert f"`studyctl {' '.join(command)}" in seen.err
    assert "--yes` does it" in seen.err
    assert state() == before
    suggested = seen.err.split("`")[1].split()[1:]
    done = cli(*suggested)
    assert done.code == 0
    assert done.out == seen.out
    assert "`studyctl undo`" in done.err
    assert state() != before
    assert cli("undo").code == 0
    assert state() == before


@pytest.mark.parametrize("arguments", ACTS, ids=" ".join)
def test_json_is_one_document_that_says_whether_it_was_done(cli: Cli, arguments: tuple[str, ...]) -> None:
    before = state()
    seen = cli("review", *dated(*arguments), "--json").json
    assert not seen["done"]
    assert seen["cost"]["moved"] == seen["cost"]["earlier"] + seen["cost"]["later"] > 0
    assert len(seen["cost"]["before"]) == len(seen["cost"]["after"])
    assert state() == before
    assert cli("review", *dated(*arguments), "--json", "--yes").json == seen | {"done": True}
    assert state() != before


@pytest.mark.parametrize(("typed", "does_it"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_asks(cli: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, does_it: bool) -> None:
    monkeypatch.setattr(due_moves, "on_terminal", lambda: True)
    monkeypatch.setattr(sys, "stdin", StringIO(f"{typed}\n"))
    before = state()
    done = cli("review", "flatten")
    assert done.code == 0
    assert "Do it?" in done.err
    assert (state() != before) == does_it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("advance", "--cards", "3", "--days", "2"), "both say"),
        (("advance", "--cards", "0"), "0 cards make no sense"),
        (("postpone", "--days", "400"), "at most 365"),
        (("flatten", "--limit", "1"), "do not fit"),
        (("flatten", "--days", "0"), "0 days"),
        (("break", "plan", "+9", "+4"), "before"),
        (("break", "plan", "+-3", "+4"), "past"),
        (("break", "plan", "+1", "+366"), "too long"),
        (("break", "plan", "monday", "+4"), "not a date"),
        (("break", "cancel", "+4"), "No planned break"),
        (("break", "cancel", "x"), "not a date"),
    ],
)
def test_what_makes_no_sense_is_explained(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    before = state()
    done = cli("review", *dated(*arguments))
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
    assert state() == before


def test_with_nothing_due_there_is_nothing_to_postpone(cli: Cli) -> None:
    cli("review", "postpone", "--yes")
    done = cli("review", "postpone", "--yes")
    assert done.code == 2
    assert "nothing to postpone" in done.err


def test_a_break_is_planned_listed_announced_and_cancelled(cli: Cli) -> None:
    assert cli("review", "break", "list").out == ""
    assert cli("review", "break", "list", "--json").json == []
    first, last = in_days(0), in_days(12)
    assert cli("review", "break", "plan", first, last, "--yes").code == 0
    assert cli("review", "break", "list", "--json").json == [{"first": first, "last": last, "state": "now"}]
    (_, row) = cli("review", "break", "list").out.splitlines()
    assert row.split() == [first, last, "13", "now"]
    assert f"break is planned until {last}" in cli("review", "due").out
    assert cli("review", "due", "--json").json["break_until"] == last
    assert f"break is planned until {last}" in cli("today").out
    assert cli("review", "break", "plan", last, in_days(20)).code == 2
    gone = cli("review", "break", "cancel", first)
    assert f"{first} to {last}" in gone.out
    assert "Cards stay" in gone.err
    assert cli("review", "break", "list", "--json").json == []
    assert "break" not in cli("review", "due").out
