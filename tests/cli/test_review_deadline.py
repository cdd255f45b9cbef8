"""`studyctl review deadline` and `review reschedule`: look, set, standing, clear, refusals, the last pass."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from studyctl.container import open_container
from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import DeadlineChoice
from tests.cli.conftest import Cli


def ahead(days: int) -> str:
    """A date so many days from today."""
    return (date.today() + timedelta(days=days)).isoformat()


@pytest.fixture
def learnt(cli: Cli) -> None:
    """A home with some cards learnt today, and a deadline of former times that lies in its last pass."""
    container = open_container()
    for card in container.review.queue().ids[:8]:
        container.review.answer(card, Rating.EASY, 8000)
    container.close()


def begun(days_ahead: int) -> None:
    """Store a deadline that began a month ago."""
    container = open_container()
    today = container.context.today(container.settings.get())
    begin, when = today - timedelta(days=30), today + timedelta(days=days_ahead)
    container.deadline.store(DeadlineChoice(when, 20.0, begin, 600.0))
    container.close()


def test_a_look_says_what_it_comes_to_and_changes_nothing(cli: Cli) -> None:
    done = cli("review", "deadline", "set", ahead(24), "--minutes", "10", "--look")
    assert done.code == 0
    for said in ("at most 10 min a day", "build: cards come back at", "last pass", "last week", "without: fixed"):
        assert said in done.out
    assert "Nothing was changed" in done.err
    assert cli("review", "deadline").out == "There is no deadline.\n"
    assert cli("review", "deadline", "--json").out == "null\n"


def test_it_fits_eighty_columns(cli: Cli) -> None:
    shown = cli("review", "deadline", "set", ahead(24)).out.splitlines() + cli("review", "deadline").out.splitlines()
    assert max(map(len, shown)) <= 80


def test_a_deadline_is_set_shown_taken_back_and_cleared(cli: Cli) -> None:
    document = cli("review", "deadline", "set", ahead(12), "--json").json
    assert document["chosen"]["minutes"] == 20
    assert document["deadline"]["recall"] >= document["fixed"]["recall"]
    standing = cli("review", "deadline", "--json").json
    assert (standing["stage"], standing["chosen"]) == ("build", document["chosen"])
    assert standing["days_left"] in (11, 12, 13)
    assert "Forecast" in cli("review", "deadline").out
    assert cli("review", "deadline", "set", ahead(12), "--minutes", "5", "--json").json["chosen"]["minutes"] == 5
    assert cli("undo").code == 0
    assert cli("review", "deadline", "--json").json["chosen"]["minutes"] == 20
    assert "is gone" in cli("review", "deadline", "clear").out
    assert cli("review", "deadline", "--json").out == "null\n"
    again = cli("review", "deadline", "clear")
    assert again.code == 2
    assert "no deadline" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("2020-01-01",), "not in the future"),
        (("9999-12-31",), "too far"),
        (("tomorrow",), "not a date"),
        (("2099-01-01", "--minutes", "0"), "too far"),
        ((), "DATE"),
    ],
)
def test_what_cannot_be_planned_is_explained(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    done = cli("review", "deadline", "set", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert cli("review", "deadline", "--json").out == "null\n"


@pytest.mark.parametrize("minutes", ["0", "-5", "nan", "961"])
def test_minutes_that_no_day_has_are_explained(cli: Cli, minutes: str) -> None:
    done = cli("review", "deadline", "set", ahead(12), "--minutes", minutes)
    assert done.code == 2
    assert "cannot be planned" in done.err


@pytest.mark.usefixtures("learnt")
def test_the_last_pass_is_named_wherever_cards_are_counted(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(9)
    assert "deadline in 9 days" in cli("review", "due").out
    assert "deadline in 9 days" in cli("today").out
    assert cli("today", "--json").json["cards"]["deadline_days"] == 9
    assert cli("review", "due", "--json").json["counts"]["deadline_days"] == 9
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert "left, deadline in 9 days" in cli("review", "--plain").out
    assert "Now: last pass" in cli("review", "deadline").out


@pytest.mark.usefixtures("learnt")
def test_after_the_date_a_plain_message_says_what_counts(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(-2)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    for command in (("review", "due"), ("review", "--plain")):
        assert "The deadline has come: the desired retention counts again." in cli(*command).err
    assert "has come" in cli("review", "deadline").out
    assert "deadline passed" in cli("today").out


@pytest.mark.usefixtures("learnt")
def test_dates_are_moved_by_an_act_of_its_own_after_a_look(cli: Cli) -> None:
    cli("settings", "set", "desired_retention", "0.8")
    look = cli("review", "reschedule", "--look")
    assert "recall has fallen to 80 %" in look.out
    assert "8 cards would get another due date." in look.out
    done = cli("review", "reschedule", "--json").json
    assert done["load"]["moved"] == 8
    assert cli("review", "reschedule").code == 2
    assert "reschedule cards" in cli("undo").out
    assert cli("doctor", "--rebuild").code == 0


def test_cards_that_do_not_fit_are_named_with_the_reason(cli: Cli) -> None:
    cli("settings", "set", "new_cards_per_day", "2")
    done = cli("review", "deadline", "set", ahead(12), "--look").out
    assert "more new cards are out of reach: the plan comes to them after the date." in done
    assert "new cards will not fit: new_cards_per_day leaves no day for them." in done
    assert "New cards that do not fit count as forgotten." in done
