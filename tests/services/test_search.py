"""Search over all content: what is found, in which order, and that the index follows the content."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from studyctl.container import Container, open_container
from studyctl.errors import UsageError
from studyctl.services.search import Kind
from tests.helpers import FakeClock, House, card_toml, paths_below, small_bundle, write


def found(container: Container, words: str) -> list[tuple[Kind, str]]:
    """Kind and id of each hit."""
    return [(hit.kind, hit.id) for hit in container.search.find(words)]


def test_every_kind_of_content_is_found(container: Container) -> None:
    assert (Kind.ITEM, "p90/16/deliverable/1") in found(container, "deliverable 1 of p90/16")
    assert (Kind.LESSON, "p90/1") in found(container, "lesson of p90")
    assert found(container, "What is one-07")[0] == (Kind.CARD, "one-07")
    assert (Kind.QUESTION, "p90/2/question/1") in found(container, "why p90/2/question")
    assert (Kind.LAB, "redis-toy") in found(container, "fast redis")
    assert (Kind.TOPIC, "kv-cache") in found(container, "former tokens")
    assert (Kind.TERM, "TTFT") in found(container, "TTFB")


def test_a_title_comes_before_a_mention(container: Container) -> None:
    assert found(container, "cache") == [(Kind.TOPIC, "kv-cache"), (Kind.LESSON, "p90/1")]


def test_the_last_word_may_be_a_beginning_and_words_that_never_meet_are_found_one_by_one(container: Container) -> None:
    assert found(container, "redi") == found(container, "redis")
    assert {kind for kind, _ in found(container, "redis zebra")} == {Kind.LAB}
    assert found(container, "zebra") == []


@pytest.mark.parametrize("words", ['"', "AND OR", "a*b", "(", "kv-cache", "title:x", "NEAR(x y)", "ünïcödé '; --"])
def test_no_input_is_a_syntax_error(container: Container, words: str) -> None:
    if any(character.isalnum() for character in words):
        container.search.find(words)
    else:
        with pytest.raises(UsageError):
            container.search.find(words)


def test_the_marks_are_where_the_words_are(container: Container) -> None:
    (hit,) = [hit for hit in container.search.find("former") if hit.kind is Kind.TOPIC]
    assert [hit.snippet[begin:end] for begin, end in hit.marks] == ["former"]


def test_the_index_follows_the_content_and_survives_damage(tmp_path: Path, clock: FakeClock) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    paths = paths_below(tmp_path / "home", bundle)

    def search(words: str) -> list[tuple[Kind, str]]:
        container = open_container(paths, clock)
        try:
            return found(container, words)
        finally:
            container.close()

    assert search("zebra") == []
    built = paths.content_index.stat().st_mtime_ns
    assert search("zebra") == []
    assert paths.content_index.stat().st_mtime_ns == built, "built once for one content"

    deck = bundle / "curriculum" / "decks" / "small.toml"
    text = deck.read_text().replace("It is one-01.", "It is a zebra.")
    deck.write_text(text)
    os.utime(deck, ns=(1, 1))
    assert search("zebra") == [(Kind.CARD, "one-01")]

    paths.content_index.write_bytes(b"not a database")
    assert search("zebra") == [(Kind.CARD, "one-01")]


def test_own_cards_are_found_and_the_index_follows_their_decks(house: House) -> None:
    container = house.open()
    assert found(container, "giraffe") == []
    head = 'schema = 1\ndeck = "own"\ntitle = "Own"\n'
    deck = write(house.paths.cards / "own.toml", head + card_toml("mine", "p90/1", "How tall is a giraffe?"))
    other = write(house.paths.cards / "other.toml", head + card_toml("theirs", "p90/1", "How fast is a giraffe?"))
    assert sorted(found(container, "giraffe")) == [(Kind.CARD, "mine"), (Kind.CARD, "theirs")]
    assert found(house.open(), "tall giraffe")[0] == (Kind.CARD, "mine"), "another program"

    write(deck, head + card_toml("mine", "p90/1", "How tall is an okapi?"))
    assert found(container, "okapi") == [(Kind.CARD, "mine")]
    assert found(container, "giraffe") == [(Kind.CARD, "theirs")]
    other.unlink()
    assert found(container, "giraffe") == []
    assert found(house.reopened(), "okapi") == [(Kind.CARD, "mine")]


def test_a_change_of_an_own_deck_writes_its_cards_alone(house: House) -> None:
    container = house.open()
    container.search.find("cache")
    before = house.paths.content_index.stat().st_ino
    rows = "SELECT rowid, id FROM content"
    with closing(sqlite3.connect(house.paths.content_index)) as connection:
        held = set(connection.execute(rows))
    write(house.paths.cards / "own.toml", 'schema = 1\ndeck = "own"\ntitle = "Own"\n' + card_toml("mine", "p90/1"))
    container.search.find("cache")
    with closing(sqlite3.connect(house.paths.content_index)) as connection:
        assert {name for _, name in set(connection.execute(rows)) ^ held} == {"mine"}
    assert house.paths.content_index.stat().st_ino == before


def test_a_deck_that_cannot_be_read_leaves_its_cards_as_they_were(house: House) -> None:
    deck = write(
        house.paths.cards / "own.toml",
        'schema = 1\ndeck = "own"\ntitle = "Own"\n' + card_toml("mine", "p90/1", "What is a giraffe?"),
    )
    container = house.open()
    assert found(container, "giraffe") == [(Kind.CARD, "mine")]
    deck.write_text("[[card", encoding="utf-8")
    assert found(container, "giraffe") == [(Kind.CARD, "mine")]
