"""A new card goes to the end of an own deck, and undo takes it away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.errors import ContentError, StudyError, UsageError
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, small_bundle, write

CARD = '[[card]]\nid = "new-one"\nfront = "What?"\nback = "This."\nsource = "me"\n'


@pytest.fixture
def house(tmp_path: Path, clock: FakeClock) -> Iterator[House]:
    """A home over a bundle of its own."""
    house = House(tmp_path / "learner", small_bundle(tmp_path / "bundle"), clock)
    yield house
    house.close()


def add(container: Container, text: str, deck: str = "own") -> None:
    """Fill the card in as an editor would."""
    draft = container.adding.begin(deck)
    draft.file.write_text(text)
    container.adding.finish(draft)


def test_the_first_card_makes_the_deck_and_undo_removes_the_file(house: House) -> None:
    container = house.open()
    with container.context.database.read() as connection:
        before = digest(connection)
    add(container, CARD)
    assert container.review.prompt("new-one").card.deck == "own"
    assert container.undo.last("review").summary == "add new-one"  # type: ignore[union-attr]
    container = house.reopened()
    container.undo.undo("review")
    assert not (house.paths.cards / "own.toml").exists()
    with container.context.database.read() as connection:
        assert digest(connection) == before


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_a_card_is_appended_and_what_was_there_stays(house: House, end: str) -> None:
    head = f'# mine\nschema = 1\ndeck = "notes"\ntitle = "Notes"\n\n{CARD.replace("new-one", "old-one").strip()}{end}'
    (house.paths.cards).mkdir(parents=True)
    (house.paths.cards / "notes.toml").write_text(head)
    container = house.open()
    add(container, CARD, "notes")
    text = (house.paths.cards / "notes.toml").read_text()
    assert text.startswith(head.rstrip("\n"))
    assert text.endswith(f'"me"\n\n{CARD}')
    assert set(container.review.cards(["old-one", "new-one"])) == {"old-one", "new-one"}


def test_the_empty_card_that_is_opened_stores_nothing_as_it_is(house: House) -> None:
    container = house.open()
    draft = container.adding.begin()
    assert not container.adding.finish(draft).value.changed
    assert not house.paths.cards.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CARD.replace("new-one", "one-01"), ":2: the id 'one-01' stands in curriculum/decks/small.toml already."),
        (CARD.replace("new-one", "mine"), ":2: the id 'mine' stands in cards/mine.toml already."),
        (CARD.replace('"new-one"', '""'), ":2: 'id' is empty."),
    ],
)
def test_an_id_that_is_taken_is_refused_and_the_text_kept(house: House, text: str, why: str) -> None:
    deck = f'schema = 1\ndeck = "mine"\ntitle = "Mine"\n\n{CARD.replace("new-one", "mine")}'
    write(house.paths.cards / "mine.toml", deck)
    container = house.open()
    with pytest.raises(ContentError) as caught:
        add(container, text)
    draft = container.adding.begin()
    assert caught.value.message == f"{draft.file}{why}"
    assert draft.kept
    assert draft.file.read_text() == text
    assert container.undo.last("review") is None


@pytest.mark.parametrize("deck", ["schema = 1\n[[card", "schema = 1\ncard = ["])
def test_a_deck_that_is_broken_takes_no_card(house: House, deck: str) -> None:
    write(house.paths.cards / "own.toml", deck)
    container = house.open()
    with pytest.raises(StudyError, match=r"own\.toml:2: "):
        add(container, CARD)
    assert (house.paths.cards / "own.toml").read_text() == deck


@pytest.mark.parametrize("name", ["edited", "../x", "", "A b"])
def test_a_deck_has_a_plain_name(house: House, name: str) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        house.open().adding.begin(name)
