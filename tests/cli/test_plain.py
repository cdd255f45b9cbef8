"""Line by line, without Textual."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.helpers import write


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> object:
    """Type these lines on stdin."""

    def feed(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return feed


def test_reviewing_reveals_rates_undoes_and_stops(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("", "4", "u", "", "3", "q")
    done = cli("review", "--plain")
    assert done.code == 0
    assert "Easy: next in" in done.out
    assert "Undone: rate" in done.out
    assert "Good: next in 10m" in done.out
    assert done.out.rstrip().endswith("later today.")
    assert cli("review", "due", "--json").json["counts"]["later"] == 1


def test_the_end_of_the_input_stops_a_review_and_keeps_what_was_rated(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("", "4")
    assert cli("review", "--plain").code == 0
    typed()
    done = cli("review", "--plain")
    assert done.code == 0
    assert "0 answered" in done.out


def test_a_rating_that_is_none_is_asked_again(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("", "7", "2", "q")
    done = cli("review", "--plain")
    assert "Type 1, 2, 3, 4, u or q; ? names the others." in done.out
    assert "Hard: next in" in done.out


def test_what_is_undone_is_not_counted(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("", "4", "", "4", "u", "q")
    assert cli("review", "--plain").out.endswith("1 answered.\n")


def test_a_rating_before_the_reveal_is_explained(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("3", "?", "q")
    out = cli("review", "--plain").out
    assert out.count("Not revealed yet: enter reveals the back") == 1
    assert out.count("u: undo, e: edit") == 1


def test_an_empty_queue_says_what_comes_and_how_to_practise(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    cli("settings", "set", "new_cards_per_day", "1")
    typed("", "4")
    out = cli("review", "--plain").out
    assert "1 answered.\nNothing is due now.\nToday: 1 answer in 0.0 min (1 Easy).\nNext: 1 card in" in out
    assert "`studyctl review --practice`" in out


def test_a_deck_that_cannot_be_read_is_told_of_and_the_others_are_asked(cli: Cli, home: Path, typed) -> None:  # type: ignore[no-untyped-def]
    write(home / "cards" / "mine.toml", 'deck = "x')
    typed("", "4", "q")
    for arguments in ((), ("--filter", "tag:docker")):
        done = cli("review", "--plain", *arguments)
        assert done.code == 0
        assert f"{home / 'cards' / 'mine.toml'}:1: is not TOML" in done.err


def test_an_interview_asks_confidence_before_the_key_points_and_the_model_answer_last(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    question = cli("interview", "next", "--json").json["question"]
    points = len(question["key_points"])
    typed("my answer", ".", "4", *["y"] * points)
    out = cli("interview", "--plain").out
    order = [
        out.index(text) for text in ("Confidence", question["key_points"][0]["text"], "Model answer", "Score 100%")
    ]
    assert order == sorted(order)


def test_an_interview_that_is_broken_off_stores_nothing(cli: Cli, typed) -> None:  # type: ignore[no-untyped-def]
    typed("my answer", ".", "4", "y")
    assert "Nothing was stored." in cli("interview", "--plain").out
    assert cli("interview", "next", "--json").json["previous"] == []
