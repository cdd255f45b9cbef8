"""Mistakes in content: each is reported with the file and the line where it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.errors import ContentError, ExitCode, NotFoundError, UsageError
from tests.helpers import day_toml, lab_toml, question_toml, small_bundle, track_toml, write

DAY = "curriculum/p90/1.toml"
DECK = "curriculum/decks/small.toml"
QUESTIONS = "curriculum/interview/small.toml"
PROTOCOL = "curriculum/protocols/sprint.toml"
LAB = "labs/redis-toy/lab.toml"
TRACK = "curriculum/p90/track.toml"

READERS: dict[str, Callable[[Library], Any]] = {
    DAY: lambda library: library.day(Address("p90", "1")),
    DECK: lambda library: library.cards,
    QUESTIONS: lambda library: library.questions,
    PROTOCOL: lambda library: library.protocols,
    LAB: lambda library: library.labs,
    TRACK: lambda library: library.tracks,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small bundle of this test's own."""
    return small_bundle(tmp_path / "bundle")


def mistake(root: Path, name: str, text: str) -> tuple[str, int, str]:
    """File, line and message of the error that this text in that file gives."""
    write(root / name, text)
    with pytest.raises(ContentError) as caught:
        READERS[name](Library(root))
    assert caught.value.exit_code == ExitCode.DATA
    match = re.fullmatch(r"(.+?):(\d+): (.+)", caught.value.message, re.DOTALL)
    assert match is not None, caught.value.message
    return match[1], int(match[2]), match[3]


def line_of(text: str, marker: str = "# HERE") -> int:
    """Number of the line that carries the marker."""
    (number,) = [n for n, line in enumerate(dedent(text).lstrip("\n").splitlines(), start=1) if marker in line]
    return number


HEAD = """
schema = 1
address = "p90/1"
title = "A title"
summary = "A summary."
hours = 10
"""

DAYS = {
    "bad syntax": (HEAD + '[[point]]\ntext = "unterminated  # HERE\n', "is not TOML: the line ends inside a text"),
    "a missing bracket": (HEAD + '[[point]  # HERE\ntext = "x"\n', "is not TOML: "),
    "a missing key in the second block": (
        HEAD + '[[block]]\nhours = 5\ntext = "x"\n\n[[block]]  # HERE\nhours = 5\n',
        "'text' is missing in [[block]]",
    ),
    "a missing key of the file": (
        'schema = 1  # HERE\naddress = "p90/1"\nsummary = "x"\n[[point]]\ntext = "x"\n',
        "'title' is missing in the file",
    ),
    "an unknown key of the file": (HEAD + 'mood = "good"  # HERE\n[[point]]\ntext = "x"\n', "unknown key 'mood'"),
    "an unknown kind of item": (HEAD + '[[homework]]  # HERE\ntext = "x"\n', "unknown key 'homework'"),
    "an unknown key of an item": (
        HEAD + '[[point]]\ntext = "x"\n[[point]]\ntext = "y"\nhour = 3  # HERE\n',
        "unknown key 'hour'",
    ),
    "a text that is a number": (HEAD + "[[point]]\ntext = 3  # HERE\n", "'text' must be of type str, not int"),
    "a text that is empty": (HEAD + '[[point]]\ntext = "  "  # HERE\n', "'text' is empty"),
    "an empty text that may be left out": (HEAD + '[[point]]\ntext = "x"\nnote = ""  # HERE\n', "'note' is empty"),
    "a number that is a text": (
        HEAD + '[[block]]\nhours = "3"  # HERE\ntext = "x"\n',
        "'hours' must be of type number",
    ),
    "a number that is a truth value": (
        HEAD + '[[block]]\nhours = true  # HERE\ntext = "x"\n',
        "'hours' must be a number",
    ),
    "a negative number": (HEAD + '[[block]]\nhours = -3  # HERE\ntext = "x"\n', "at least 0"),
    "a list of numbers": (HEAD + 'topics = [1, 2]  # HERE\n[[point]]\ntext = "x"\n', "list of non-empty strings"),
    "a list that is a text": (HEAD + 'topics = "a"  # HERE\n[[point]]\ntext = "x"\n', "'topics' must be of type list"),
    "a flag that is a text": (
        HEAD + 'sequence = "no"  # HERE\n[[point]]\ntext = "x"\n',
        "'sequence' must be of type bool",
    ),
    "a week that is a fraction": (HEAD + 'week = 1.5  # HERE\n[[point]]\ntext = "x"\n', "'week' must be of type int"),
    "a single table for an array": (HEAD + '[point]  # HERE\ntext = "x"\n', "must be an array of tables"),
    "an array for a single table": (
        HEAD + '[[point]]\ntext = "x"\n[[leetcode]]  # HERE\ntopic = "x"\n',
        "'leetcode' must be a table",
    ),
    "blocks that do not add up": (
        'schema = 1\naddress = "p90/1"\ntitle = "x"\nsummary = "x"\nhours = 9  # HERE\n'
        '[[block]]\nhours = 5\ntext = "x"\n[[block]]\nhours = 5\ntext = "y"\n',
        "add up to 10 h, not 9 h",
    ),
    "an address of another day": (
        'schema = 1\naddress = "p90/2"  # HERE\ntitle = "x"\nsummary = "x"\n[[point]]\ntext = "x"\n',
        "the file's place says p90/1",
    ),
    "an address that is none": (
        'schema = 1\naddress = "day one"  # HERE\ntitle = "x"\nsummary = "x"\n[[point]]\ntext = "x"\n',
        "is not an address",
    ),
    "a twin that is no address": (HEAD + 'twins = ["nowhere"]  # HERE\n[[point]]\ntext = "x"\n', "is not an address"),
    "another schema": (
        'schema = 2  # HERE\naddress = "p90/1"\ntitle = "x"\nsummary = "x"\n[[point]]\ntext = "x"\n',
        "schema must be 1",
    ),
    "an unknown activity": (
        HEAD + '[[block]]\nhours = 10\nactivity = "sleep"  # HERE\ntext = "x"\n',
        "unknown activity 'sleep'",
    ),
    "an erratum without a source": (
        HEAD + '[[point]]\ntext = "x"\n[[erratum]]  # HERE\nsays = "x"\ntoday = "y"\n',
        "'source' is missing in [[erratum]]",
    ),
    "a key after a long text that looks like headers": (
        HEAD + '[[point]]\ntext = """\n[[point]]\ntext = 1\n"""\n[[point]]\ntext = 2  # HERE\n',
        "'text' must be of type str",
    ),
}


@pytest.mark.parametrize("case", DAYS)
def test_a_mistake_in_a_day_is_reported_where_it_stands(root: Path, case: str) -> None:
    text, words = DAYS[case]
    file, line, message = mistake(root, DAY, text)
    assert (file, line) == (DAY, line_of(text))
    assert words in message


def test_a_day_without_items_is_refused(root: Path) -> None:
    assert mistake(root, DAY, HEAD)[1:] == (1, "the day has no items.")


def three_questions(third: str) -> str:
    """A file whose third question has these key points."""
    return (
        "schema = 1\n"
        + question_toml("p90/1/question/1", (1, 1, 1))
        + question_toml("p90/1/question/2", (1, 1))
        + question_toml("p90/2/question/1", ())
        + dedent(third)
    )


def test_a_missing_key_in_the_second_key_point_of_the_third_question(root: Path) -> None:
    text = three_questions(
        """
        [[question.key_point]]
        text = "fine"

        [[question.key_point]]  # HERE
        weight = 2
        """
    )
    file, line, message = mistake(root, QUESTIONS, text)
    assert (file, line) == (QUESTIONS, line_of(text))
    assert message == "'text' is missing in [[question.key_point]]."


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ('[[question.key_point]]\ntext = "x"\nweight = 0  # HERE\n', "at least 1"),
        ('[[question.key_point]]\ntext = "x"\n[[question.key_point]]\ntext = "y"\nweight = -1  # HERE\n', "at least 1"),
        ('[[question.key_point]]\ntext = "x"\nweight = 1.5  # HERE\n', "of type int"),
        ('[[question.key_point]]\ntext = "x"\nweight = true  # HERE\n', "whole number"),
    ],
)
def test_a_weight_that_cannot_be_scored_is_reported_in_its_question(root: Path, points: str, words: str) -> None:
    text = three_questions("\n" + points)
    file, line, message = mistake(root, QUESTIONS, text)
    assert (file, line) == (QUESTIONS, line_of(text))
    assert words in message


def test_a_question_without_key_points_is_reported_at_its_header(root: Path) -> None:
    text = "schema = 1\n" + question_toml("p90/1/question/1") + question_toml("p90/1/question/2", ())
    headers = [n for n, line in enumerate(text.splitlines(), start=1) if line == "[[question]]"]
    assert mistake(root, QUESTIONS, text)[1] == headers[1]


def test_a_question_about_no_item_is_reported(root: Path) -> None:
    text = "schema = 1\n" + question_toml("p90/1").replace('item = "p90/1"', 'item = "p90/1"  # HERE')
    file, line, message = mistake(root, QUESTIONS, text)
    assert (file, line) == (QUESTIONS, line_of(text))
    assert "is not an item id" in message


def test_a_question_that_stands_twice_is_reported_at_the_second(root: Path) -> None:
    text = "schema = 1\n" + question_toml("p90/1/question/1") * 2
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("item =")]
    file, line, message = mistake(root, QUESTIONS, text)
    assert (file, line) == (QUESTIONS, lines[1])
    assert "stands twice" in message


def deck(*cards: str) -> str:
    """A deck of these cards."""
    return 'schema = 1\ndeck = "small"\ntitle = "Small"\n' + "".join(cards)


NUMERIC = '\n[[card]]\nid = "a-number"\nkind = "numeric"\nday = "p90/1"\nfront = "f"\nsource = "s"\nanswer = {answer}\n'


def card(**changes: str) -> str:
    """A card with some values written differently."""
    values = {"id": '"a-card"', "day": '"p90/1"', "front": '"f"', "back": '"b"', "source": '"s"'} | changes
    return "\n[[card]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        ((card(), card(id='"Not An Id"  # HERE')), "is not a card id"),
        ((card(id='"x"  # HERE'),), "is not a card id"),
        ((card(), card(id='"b-card"', day='"day 1"  # HERE')), "is not an address"),
        ((card(), card(id='"b-card"', hint='"x"  # HERE')), "unknown key 'hint'"),
        ((card(), card(id='"a-card"  # HERE')), "stands twice"),
        ((NUMERIC.format(answer="inf  # HERE"),), "too large"),
        ((NUMERIC.format(answer=f"1{'0' * 400}  # HERE"),), "too large"),
        ((NUMERIC.format(answer=f"1{'0' * 5000}  # HERE"),), "too many digits"),
        ((NUMERIC.format(answer="1\ntolerance = 2  # HERE"),), "share below 1"),
    ],
)
def test_a_mistake_in_a_card_is_reported_where_it_stands(root: Path, cards: tuple[str, ...], words: str) -> None:
    text = deck(*cards)
    file, line, message = mistake(root, DECK, text)
    assert (file, line) == (DECK, line_of(text))
    assert words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (deck().replace("1", "2"), "schema must be 1"),
        ("a = " + "[" * 3000 + "]" * 3000, "nested too deep"),
        ("\ufeff" + deck(), "byte order mark"),
    ],
)
def test_a_deck_of_another_kind_is_refused(root: Path, text: str, words: str) -> None:
    assert words in mistake(root, DECK, text)[2]


def test_a_card_id_of_another_deck_is_reported_in_the_later_deck(root: Path) -> None:
    write(root / "curriculum" / "decks" / "a-first.toml", deck(card()))
    text = deck(card(id='"other"'), card(id='"a-card"  # HERE'))
    assert mistake(root, DECK, text)[:2] == (DECK, line_of(text))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (('slug = "redis-toy"', 'slug = "other"  # HERE'), "the folder is 'redis-toy'"),
        (('serves = ["p90/16"]', 'serves = ["day16"]  # HERE'), "is not an address"),
        (('evidence = "measured"', 'evidence = "guessed"  # HERE'), "unknown evidence 'guessed'"),
        (("minutes = 30", 'minutes = "long"  # HERE'), "must be of type int"),
        (("proves = []", 'proves = []\n[[requires]]  # HERE\ntool = "redis-server"'), "'install' is missing"),
    ],
)
def test_a_mistake_in_a_lab_is_reported_where_it_stands(root: Path, changed: tuple[str, str], words: str) -> None:
    text = lab_toml("redis-toy", "p90/16")
    assert changed[0] in text
    text = text.replace(*changed)
    file, line, message = mistake(root, LAB, text)
    assert (file, line) == (LAB, line_of(text))
    assert words in message


def test_keys_of_a_lab_that_only_the_referee_reads_are_left_to_it(root: Path) -> None:
    write(root / LAB, lab_toml("redis-toy", "p90/16") + '\n[budget]\nquick = 60\n\n[[mutant]]\nname = "x"\n')
    assert Library(root).labs["redis-toy"].minutes == 30


PROTOCOL_HEAD = """schema = 1
id = "x"
title = "X"
kind = "attention"
order = 1
default_on = true
summary = "s"
evidence = "e"
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PROTOCOL_HEAD.replace('"attention"', '"ritual"  # HERE'), "unknown kind 'ritual'"),
        (PROTOCOL_HEAD.replace("default_on = true", "default_on = 1  # HERE"), "must be of type bool"),
        (PROTOCOL_HEAD + '[[claim]]\ntext = "x"\nstatus = "rumour"  # HERE\n', "'sourced' or 'unproven'"),
        (PROTOCOL_HEAD + '[[claim]]  # HERE\ntext = "x"\nstatus = "sourced"\n', "'source' is missing"),
    ],
)
def test_a_mistake_in_a_protocol_is_reported_where_it_stands(root: Path, text: str, words: str) -> None:
    file, line, message = mistake(root, PROTOCOL, text)
    assert (file, line) == (PROTOCOL, line_of(text))
    assert words in message


def test_a_track_must_say_that_it_is_the_folder_it_lies_in(root: Path) -> None:
    text = track_toml("p91", 1, 90)
    file, line, message = mistake(root, TRACK, text)
    assert (file, line) == (TRACK, 2)
    assert "'p91'" in message


def test_a_file_that_is_not_utf8_is_reported(root: Path) -> None:
    (root / DAY).write_bytes(b'title = "\xff"\n')
    with pytest.raises(ContentError, match=rf"^{DAY}:1: is not UTF-8"):
        Library(root).day(Address("p90", "1"))


def test_a_file_that_cannot_be_read_is_reported(root: Path) -> None:
    (root / DAY).unlink()
    (root / DAY).mkdir()
    with pytest.raises(ContentError, match=rf"^{DAY}:1: cannot be read"):
        Library(root).day(Address("p90", "1"))


def test_a_bundle_without_tracks_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no tracks") as caught:
        _ = Library(tmp_path).tracks
    assert "Reinstall" in caught.value.hint


# --- what a correct bundle gives ------------------------------------------------------------------------------------


def test_items_keep_the_order_and_the_words_of_their_file(root: Path) -> None:
    day = Library(root).day(Address("p90", "1"))
    source = tomllib.loads((root / DAY).read_text(encoding="utf-8"))
    for kind in ("objective", "question", "block"):
        items = [item for item in day.items if item.kind.value == kind]
        assert [item.text for item in items] == [entry["text"] for entry in source[kind]]
        assert [item.id for item in items] == [f"p90/1/{kind}/{n}" for n in range(1, len(items) + 1)]


def test_days_are_walked_by_number_and_phases_are_not(root: Path) -> None:
    library = Library(root)
    assert [str(address) for address in library.sequence("p28")] == ["p28/1", "p28/6-7", "p28/16"]
    assert [str(address) for address in library.sequence("s3")] == ["s3/1", "s3/2"]
    assert {address.label for address in library.track("s3").days} == {"1", "2", "D1", "wall"}


def test_content_is_read_only_when_it_is_asked_for(root: Path) -> None:
    write(root / "curriculum" / "p90" / "2.toml", "broken =")
    library = Library(root)
    assert library.day(Address("p90", "1")).title == "Day p90/1"
    assert len(library.cards) == 19
    with pytest.raises(ContentError):
        library.days("p90")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda library: library.track("p99"), "no track 'p99'"),
        (lambda library: library.day(Address("p90", "60")), "no day 60"),
        (lambda library: library.day(Address("guide", "9.9")), "no section 9.9"),
        (lambda library: library.item("p90/1/objective/99"), "no item p90/1/objective/99"),
        (lambda library: library.item("p90/1/wish/1"), "no item p90/1/wish/1"),
    ],
)
def test_what_is_not_there_is_said_with_a_command_or_a_list(
    root: Path, ask: Callable[[Library], Any], words: str
) -> None:
    with pytest.raises(NotFoundError, match=words) as caught:
        ask(Library(root))
    assert caught.value.hint
    assert isinstance(caught.value, UsageError)


def test_a_day_says_its_own_track_and_label(root: Path) -> None:
    write(root / "curriculum" / "p90" / "4.toml", day_toml("p90/4", point=1))
    assert Library(root).day(Address("p90", "4")).items[0].id == "p90/4/point/1"
