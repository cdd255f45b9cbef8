"""`studyctl cards`: search, one card, and acts over what a query finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.helpers import write


def test_the_first_word_may_be_a_query_or_a_command(cli: Cli) -> None:
    plain = cli("cards", "tag:kv-cache", "kind:numeric", "--json")
    assert plain.json == cli("cards", "list", "tag:kv-cache kind:numeric", "--json").json
    assert plain.json["total"] > 0
    assert {row["kind"] for row in plain.json["cards"]} == {"numeric"}
    everything = cli("cards", "--limit", "3", "--json").json
    assert (len(everything["cards"]), everything["total"] > 900) == (3, True)
    assert "Search all cards" in cli("cards", "-h").out


def test_a_list_says_how_many_there_are_and_nothing_is_an_answer_too(cli: Cli) -> None:
    done = cli("cards", "tag:kv-cache", "--limit", "2")
    assert done.out.splitlines()[0].split() == ["id", "due", "recall", "lapses", "front"]
    assert len(done.out.splitlines()) == 3
    assert done.err.startswith("2 of ")
    nothing = cli("cards", "zebra-giraffe")
    assert (nothing.code, nothing.out) == (0, "")
    assert "No card matches" in nothing.err
    assert "Did you mean tag:kv-cache?" in cli("cards", "tag:kv-cash is:due").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("is:due", "tg:kv"), "col 8"),
        (("--sort", "size"), "Orders: due, deck"),
        (("show", "zebra"), "no card 'zebra'"),
        (("suspend", "--query", ""), "needs a query"),
        (("suspend",), "--query"),
        (("move", "--query", "is:review", "--days", "-1", "--yes"), "There is no card to move"),
    ],
)
def test_what_is_wrong_is_explained(cli: Cli, arguments: tuple[str, ...], told: str) -> None:
    done = cli("cards", *arguments)
    assert done.code == (0 if "move" in arguments else 2)
    assert told in done.err


def test_what_is_wrong_with_an_own_deck_is_told_beside_the_list(cli: Cli, home: Path) -> None:
    write(home / "cards" / "own.toml", "[[card]]\nfront = 1\n")
    done = cli("cards", "tag:kv-cache", "--limit", "1", "--json")
    assert (done.code, len(done.json["cards"])) == (0, 1)
    assert "own.toml" in done.err


def test_one_card_with_its_log(cli: Cli) -> None:
    card = cli("review", "due", "--json").json["cards"][0]["id"]
    cli("review", "answer", card, "easy")
    shown = cli("cards", "show", card)
    assert shown.out.startswith(f"{card}  ")
    assert "1 answer, 0 lapses" in shown.out
    assert "Easy   next in" in shown.out
    document = cli("cards", "show", card, "--json").json
    assert (document["card"]["id"], document["log"][0]["rating"]) == (card, "Easy")


def test_an_act_over_a_query_is_told_first_and_taken_back_whole(cli: Cli) -> None:
    count = cli("cards", "tag:kv-cache", "--json").json["total"]
    told = cli("cards", "suspend", "--query", "tag:kv-cache")
    assert told.out.startswith(f"Would suspend {count} cards: ")
    assert "--yes" in told.err
    assert cli("cards", "is:suspended", "--json").json["total"] == 0
    assert cli("cards", "suspend", "--query", "tag:kv-cache", "--yes").out.startswith(f"Done: suspend {count} cards")
    assert cli("cards", "is:suspended", "--json").json["total"] == count
    assert "no card to suspend" in cli("cards", "suspend", "--query", "tag:kv-cache", "--yes").err
    assert cli("cards", "resume", "--query", "tag:kv-cache prop:reps=0", "--yes").code == 0
    assert cli("undo").code == 0
    assert cli("cards", "is:suspended", "--json").json["total"] == count
    assert cli("undo").code == 0
    assert cli("cards", "is:suspended", "--json").json["total"] == 0


def test_authors_see_how_many_cards_there_are(cli: Cli) -> None:
    document = cli("dev", "cards", "--json")
    counts = document.json
    assert document.code == int(any(day["cards"] < day["least"] for day in counts["days"]))
    assert [day["cards"] for day in counts["days"]] == sorted(day["cards"] for day in counts["days"])
    assert counts["total"] == sum(counts["kinds"].values())
    text = cli("dev", "cards").out
    assert f"{counts['total']} cards, {counts['least']} wanted" in text
    assert counts["days"][0]["address"] in text
