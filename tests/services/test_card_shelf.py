"""Decks and the database: only what changed is read, a broken deck of the user's loses nothing, related cards wait."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from studyctl.content import decks
from studyctl.domain.cards import Rating
from studyctl.errors import ContentError
from studyctl.services import card_shelf
from tests.helpers import FakeClock, House, card_toml, small_bundle, write

DECK = 'schema = 1\ndeck = "mine"\ntitle = "Mine"\n'


def card(card_id: str, more: str = "", front: str = "What?") -> str:
    """A card of the user's own."""
    return f'\n[[card]]\nid = "{card_id}"\nfront = "{front}"\nback = "This."\nsource = "me"\n{more}\n'


@pytest.fixture
def house(tmp_path: Path, clock: FakeClock) -> Iterator[House]:
    """A home over a bundle of its own, so that decks may change."""
    house = House(tmp_path / "learner", small_bundle(tmp_path / "bundle"), clock)
    yield house
    house.close()


def save(house: House, text: str, name: str = "mine.toml") -> Path:
    """Write a deck of the user's, later than the last time."""
    path = write(house.paths.cards / name, text)
    later = path.stat().st_mtime_ns + 10_000_000
    os.utime(path, ns=(later, later))
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the decks that were read."""
    names: list[str] = []
    original = decks.read_deck_file

    def noted(file: decks.DeckFile) -> decks.Deck:
        names.append(Path(file.path).name)
        return original(file)

    monkeypatch.setattr(card_shelf, "read_deck_file", noted)
    return names


def test_only_changed_decks_are_read_also_after_a_restart(house: House, read: list[str]) -> None:
    save(house, DECK + card("own-1"))
    save(house, DECK + card("own-2"), "more.toml")
    container = house.open()
    container.review.queue()
    assert sorted(read) == ["mine.toml", "more.toml", "small.toml"]
    read.clear()
    container.review.queue()
    container = house.reopened()
    container.review.queue()
    assert read == []
    path = save(house, DECK + card("own-1", front="What else?"))
    container.review.queue()
    assert read == ["mine.toml"]
    assert container.review.cards(["own-1"])["own-1"].front == "What else?"
    read.clear()
    os.utime(path, ns=(1, 1))
    assert container.review.queue().problems == ()
    assert read == [], "the same content at another time is not parsed"


def test_own_cards_need_no_day_and_are_asked_after_the_plans(house: House) -> None:
    save(house, DECK + card("own-1"))
    container = house.open()
    assert container.review.queue().ids[0] == "one-01"
    for card_id in container.review.queue().ids:
        container.review.answer(card_id, Rating.EASY)
    house.clock.next_day()
    assert container.review.queue().ids[-1] == "own-1"
    prompt = container.review.prompt("own-1")
    assert (str(prompt.card.day), prompt.card.deck) == ("own/cards", "mine")


def test_a_broken_deck_is_reported_with_its_line_and_loses_nothing(house: House) -> None:
    save(house, DECK + card("own-1"))
    container = house.open()
    container.review.queue()
    container.review.answer("own-1", Rating.EASY)
    path = save(house, DECK + card("own-1") + '\n[[card]]\nid = "own-2"\nfrunt = "?"\n')
    for restarted in (False, True):
        opened = house.reopened() if restarted else container
        (problem,) = opened.review.queue().problems
        assert problem.message.startswith(f"{path}:14: ")
        assert opened.review.cards(["own-1"])["own-1"].front == "What?"
        assert opened.review.queue().ids[0] == "one-01"
    save(house, DECK + card("own-1") + card("own-2"))
    container = house.reopened()
    assert container.review.queue().problems == ()
    assert set(container.review.cards(["own-1", "own-2"])) == {"own-1", "own-2"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (card("one-01"), 6, "stands in curriculum/decks/small.toml already"),
        (card("own-1") + card("own-1"), 13, "stands twice"),
        (card("own-1", 'day = "p90/77"'), 6, "there is no day p90/77"),
        ("\n[[card\n", 5, "Expected"),
    ],
    ids=["an id of the bundle", "an id twice", "no such day", "no TOML"],
)
def test_what_is_wrong_with_a_deck(house: House, text: str, line: int, why: str) -> None:
    path = save(house, DECK + text)
    (problem,) = house.open().review.queue().problems
    assert isinstance(problem, ContentError)
    assert problem.message.startswith(f"{path}:{line}: ")
    assert why in problem.message


def test_an_id_that_the_bundle_takes_later_stays_the_users_and_is_told(house: House) -> None:
    save(house, DECK + card("late"))
    container = house.open()
    container.review.queue()
    container.review.answer("late", Rating.EASY)
    small = house.paths.bundle / "curriculum" / "decks" / "small.toml"
    small.write_text(small.read_text() + card_toml("late", "p90/1"))
    container = house.reopened()
    (problem,) = container.review.queue().problems
    assert "cards/mine.toml: the card id 'late' stands in curriculum/decks/small.toml now, too" in problem.message
    prompt = container.review.prompt("late")
    assert (prompt.card.back, prompt.memory.reps) == ("This.", 1)


def test_a_card_that_moves_to_another_deck_keeps_its_progress(house: House) -> None:
    save(house, DECK + card("own-1"))
    container = house.open()
    container.review.queue()
    container.review.answer("own-1", Rating.EASY)
    save(house, DECK + card("own-2"))
    save(house, DECK + card("own-1", front="Moved?"), "other.toml")
    prompt = container.review.prompt("own-1")
    container.review.queue()
    prompt = container.review.prompt("own-1")
    assert (prompt.card.front, prompt.memory.reps) == ("Moved?", 1)


def test_a_deck_that_is_gone_takes_its_cards_out_of_the_queue_and_back(house: House) -> None:
    path = save(house, DECK + card("own-1"))
    container = house.open()
    container.review.queue()
    container.review.answer("own-1", Rating.EASY)
    container.cards.move(["own-1"], 0)
    assert container.review.queue().counts.review == 1
    text = path.read_text()
    path.unlink()
    assert container.review.queue().counts.review == 0
    save(house, text)
    assert container.review.queue().counts.review == 1
    assert container.review.queue().ids[0] == "own-1"


def test_siblings_and_near_cards_wait_until_tomorrow(house: House) -> None:
    cloze = '\n[[card]]\nid = "gap"\nkind = "cloze"\ntext = "A {{one}} and a {{two}}."\nsource = "me"\n'
    save(house, DECK + cloze + card("near-gap", 'near = ["gap"]') + card("named") + card("namer", 'near = ["named"]'))
    container = house.open()
    container.settings.use_track("guide")  # no cards but own ones and those of p90
    own = {"gap.1", "gap.2", "near-gap", "named", "namer"}

    def asked() -> set[str]:
        return own & set(container.review.queue().ids)

    assert len(asked() & {"gap.1", "gap.2", "near-gap"}) == 1
    assert len(asked() & {"named", "namer"}) == 1
    container.review.answer("gap.1", Rating.EASY)
    container.review.answer("named", Rating.EASY)
    assert asked() == set()
    container.undo.undo("review")
    assert asked() == {"named"}
    container.review.answer("namer", Rating.EASY)
    house.clock.next_day()
    assert asked() == {"gap.2", "named"}


def test_due_siblings_are_counted_once_the_other_was_answered(house: House) -> None:
    cloze = '\n[[card]]\nid = "gap"\nkind = "cloze"\ntext = "A {{one}} and a {{two}}."\nsource = "me"\n'
    save(house, DECK + cloze)
    container = house.open()
    container.review.queue()
    for each in ("gap.1", "gap.2"):
        container.review.answer(each, Rating.EASY)
    house.clock.next_day(30)
    queue = container.review.queue()
    assert queue.counts.review == 2
    first = queue.ids[0]
    assert len({"gap.1", "gap.2"} & set(queue.ids)) == 1
    container.review.answer(first, Rating.GOOD)
    queue = container.review.queue()
    assert queue.counts.review == 0
    assert not {"gap.1", "gap.2"} & set(queue.ids)
    house.clock.next_day()
    assert container.review.queue().counts.review == 1
