"""Acts on single cards: suspend, resume, move, forget, and what they refuse."""

from __future__ import annotations

import pytest

from studyctl.errors import ExitCode
from tests.cli.conftest import Cli


@pytest.fixture
def card(cli: Cli) -> str:
    """A card that was rated Easy, so that it has a date."""
    card_id = cli("review", "due", "--json").json["cards"][0]["id"]
    assert cli("review", "answer", card_id, "easy").code == 0
    return str(card_id)


def due(cli: Cli) -> list[str]:
    """Ids of what can be answered now."""
    return [each["id"] for each in cli("review", "due", "--json").json["cards"]]


def test_a_suspended_card_is_not_asked_until_it_is_resumed(cli: Cli) -> None:
    first, second, *_ = due(cli)
    assert cli("review", "suspend", first, second).out == f"Suspended: {first}, {second}\n"
    assert not {first, second} & set(due(cli))
    refused = cli("review", "answer", first, "good")
    assert refused.code == ExitCode.USAGE
    assert "suspended" in refused.err
    assert f"review resume {first}" in refused.err
    assert cli("review", "resume", first, second).out == f"Resumed: {first}, {second}\n"
    assert {first, second} <= set(due(cli))


def test_a_moved_card_is_due_on_its_new_day(cli: Cli, card: str) -> None:
    assert card not in due(cli)
    assert cli("review", "move", card, "--days", "1").out == f"Due in 1 day: {card}\n"
    assert cli("review", "move", card, "--days", "0").out == f"Due today: {card}\n"
    again = cli("review", "answer", card, "good")
    assert again.code == 0
    assert "next in" in again.out


def test_a_forgotten_card_is_new_again_and_undo_brings_its_memory_back(cli: Cli, card: str) -> None:
    assert cli("review", "forget", card).out == f"New again: {card}\n"
    assert cli("review", "move", card, "--days", "1").code == ExitCode.USAGE, "a new card has no date"
    assert cli("review", "undo").out == f"Undone: forget {card}\n"
    assert cli("review", "move", card, "--days", "1").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("suspend", "no-such-card"), "no card"),
        (("resume", "CARD"), "not suspended"),
        (("move", "CARD", "--days", "-1"), "past"),
        (("move", "CARD", "--days", "36501"), "No card waits longer than 36,500 days."),
        (("move", "CARD", "--days", str(2**63)), "No card waits longer than 36,500 days."),
        (("move", "no-such-card", "--days", "1"), "no card"),
        (("forget", "no-such-card"), "no card"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    cli: Cli, card: str, arguments: tuple[str, ...], message: str
) -> None:
    done = cli("review", *(card if word == "CARD" else word for word in arguments))
    assert done.code == ExitCode.USAGE
    assert message in done.err
    assert cli("review", "undo").out == f"Undone: rate {card} Easy\n"


def test_one_bad_name_among_good_ones_leaves_all_as_they_are(cli: Cli) -> None:
    first, second, *_ = due(cli)
    assert cli("review", "suspend", first, "no-such-card", second).code == ExitCode.USAGE
    assert due(cli)[:2] == [first, second]
