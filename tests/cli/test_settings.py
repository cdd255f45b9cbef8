"""`studyctl settings`: list, set, reset, refusals, and a stored value that cannot be used."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from studyctl.domain.forgetting import DEFAULT_WEIGHTS
from tests.cli.conftest import Cli


def test_the_list_shows_value_default_unit_and_meaning(cli: Cli) -> None:
    done = cli("settings")
    assert done.code == 0
    assert done.out.splitlines()[0].split() == ["name", "value", "default", "unit"]
    assert max(map(len, done.out.splitlines())) <= 80
    assert "  Recall at which a card comes back\n" in done.out
    assert "desired_retention" in done.out
    document = cli("settings", "--json").json
    assert document["rollover_hour"]["value"] == document["rollover_hour"]["default"] == 4
    assert document["fsrs_weights"]["value"] is None
    assert all(each["unit"] and each["meaning"] for each in document.values())


def test_a_setting_is_set_shown_taken_back_and_reset(cli: Cli) -> None:
    easy = cli("settings", "set", "easy_days", "sat=0.5,sun=0")
    assert easy.out == "easy_days: sat=0.5,sun=0\n"
    assert "review reschedule" in easy.err
    assert cli("settings", "set", "desired_retention", "0.85", "--json").json["value"] == 0.85
    assert "set desired_retention" in cli("undo").out
    assert cli("settings", "--json").json["desired_retention"]["value"] == 0.9
    assert cli("settings", "reset", "easy_days").out == "easy_days: every day 1\n"


@pytest.mark.parametrize("name", ["easy_days", "new_cards_per_day", "deadline", "breaks", "background_fit"])
def test_every_setting_takes_the_word_default(cli: Cli, name: str) -> None:
    cli("settings", "set", "new_cards_per_day", "3")
    assert cli("settings", "set", name, "default").code == 0
    found = cli("settings", "--json").json[name]
    assert found["value"] == found["default"]


def test_weights_are_set_as_numbers_and_as_the_default(cli: Cli) -> None:
    typed = " ".join(str(weight) for weight in DEFAULT_WEIGHTS)
    assert cli("settings", "set", "fsrs_weights", typed).out == "fsrs_weights: 21 numbers\n"
    assert "keep it" in cli("settings", "set", "fsrs_weights", "default").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "fsrs_weights", "1,2,3"), "3 numbers; FSRS-6 has 21"),
        (("set", "fsrs_weights", ",".join(["5"] * 21)), "w5"),
        (("set", "desired_retention", "0.5"), "from 0.7 to 0.99"),
        (("set", "rollover_hour", "24"), "from 0 to 23"),
        (("set", "hours_per_day", "4h"), "hours_per_day cannot be '4h'.\nWrite a number above 0 and up to 16.\n"),
        (("set", "easy_days", "sat=3"), "sat=0.5,sun=0"),
        (("set", "retention", "0.9"), "Settings: start_date"),
        (("reset", "retention"), "Settings: start_date"),
        (("set", "breaks", "2026-12-24"), "review break plan"),
        (("set", "deadline", "soon"), "not a date"),
        (("set", "deadline", "2020-01-01"), "not in the future"),
        (("set", "desired_retention"), "--help"),
    ],
)
def test_what_cannot_be_is_explained_and_changes_nothing(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    before = cli("settings", "--json").json
    done = cli("settings", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert cli("settings", "--json").json == before


def test_a_deadline_is_set_and_reset_by_its_name_too(cli: Cli) -> None:
    when = (date.today() + timedelta(days=9)).isoformat()
    assert "last pass" in cli("settings", "set", "deadline", f"{when},5").out
    assert cli("settings", "--json").json["deadline"]["value"]["minutes"] == 5
    assert cli("settings", "reset", "deadline").out == "deadline: none\n"


@pytest.mark.parametrize("stored", ["[1.0, 2.0]", "[1.0", '"x"'])
def test_stored_weights_of_another_length_are_explained_by_every_command_and_reset(
    cli: Cli, home: Path, stored: str
) -> None:
    cli("settings", "set", "fsrs_weights", "default")
    with sqlite3.connect(home / "data" / "studyctl.db") as connection:
        connection.execute("UPDATE setting SET value = ? WHERE name = 'fsrs_weights'", (stored,))
    connection.close()
    for command in (("review", "due"), ("today",), ("settings",), ("review", "fit"), ("review", "deadline")):
        done = cli(*command)
        assert done.code == 4
        assert "fsrs_weights" in done.err
        assert "studyctl settings reset fsrs_weights" in done.err
    assert cli("settings", "reset", "fsrs_weights").code == 0
    assert cli("review", "due").code == 0
