"""`studyctl cards lint`: the user's own cards, judged as those of the bundle are."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.cli.conftest import Cli
from tests.helpers import write

DECK = """
    schema = 1
    deck = "mine"
    title = "Mine"

    [[card]]
    id = "own-plain"
    front = "What is plain?"
    back = "This."
    source = "me"
    """
BAD = """
    [[card]]
    id = "own-yes"  # HERE
    front = "Is plain this?"
    back = "Yes."
    source = "me"

    [[card]]
    id = "own-two"  # HERE
    front = "What is a warp and why has it 32 threads?"
    back = "A group."
    source = "me"

    [[card]]
    id = "own-hidden"  # HERE
    front = "On an H100, is plain this?"
    back = "No: it is that."
    source = "me"

    [[card]]
    id = "own-long"  # HERE
    front = "What is long?"
    back = "{long}"
    source = "me"

    [[card]]
    id = "own-again"  # HERE
    front = "What IS plain?"
    back = "That."
    source = "me"
    near = ["nowhere"]
    """
SAID = [
    "card own-yes: yes or no can be guessed: ask what, why or how much",
    "card own-two: it asks two things",
    "card own-hidden: yes or no can be guessed: ask what, why or how much",
    "card own-long: its back has 600 characters, 420 are enough",
    "card own-again: it asks the same as own-plain",
    "card own-again: there is no card 'nowhere' to be near",
]


def test_good_cards_have_no_problems(cli: Cli, home: Path) -> None:
    write(home / "cards" / "mine.toml", DECK)
    done = cli("cards", "lint")
    assert (done.code, done.out, done.err) == (0, "", "1 deck, 1 card: 0 problems.\n")
    assert cli("cards", "lint", "--json").json == {"decks": 1, "cards": 1, "problems": []}


def test_each_problem_stands_with_its_file_and_line(cli: Cli, home: Path) -> None:
    text = dedent(DECK).lstrip() + dedent(BAD.format(long="word " * 119 + "words"))
    deck = write(home / "cards" / "mine.toml", text)
    here = [n for n, line in enumerate(text.splitlines(), start=1) if "HERE" in line]
    done = cli("cards", "lint")
    assert done.code == 1
    lines = [*here, here[-1]]
    assert done.out.splitlines() == [f"{deck}:{n}: {said}" for n, said in zip(lines, SAID, strict=True)]
    first = cli("cards", "lint", "--json").json["problems"][0]
    assert first == {
        "file": str(deck),
        "line": here[0],
        "card": "own-yes",
        "problem": SAID[0].removeprefix("card own-yes: "),
    }


def test_decks_that_cannot_be_read_are_problems_beside_those_of_cards(cli: Cli, home: Path) -> None:
    write(home / "cards" / "mine.toml", DECK)
    broken = write(home / "cards" / "broken.toml", 'schema = 1\ndeck = "x\n')
    second = write(home / "cards" / "second.toml", DECK)
    done = cli("cards", "lint")
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].startswith(f"{broken}:2: is not TOML: the line ends inside a text")
    assert lines[1].startswith(f"{second}:6: the card id 'own-plain' stands in cards/mine.toml already.")
    assert len(lines) == 2
    assert "`studyctl cards lint`" in cli("doctor").out


def test_without_own_decks_it_says_how_to_begin(cli: Cli, home: Path) -> None:
    done = cli("cards", "lint")
    assert (done.code, done.out) == (0, "")
    assert "studyctl cards add" in done.err
