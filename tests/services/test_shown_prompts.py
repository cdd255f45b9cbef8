"""An answer stores what its button said, without reading again, as long as nothing was changed in between."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import select

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.clock import study_day
from studyctl.errors import ConflictError, NotFoundError
from studyctl.storage.rebuild import compare
from studyctl.storage.tables import JournalRow, MemoryRow, ReviewLogRow, SettingRow, table_of
from tests.helpers import FakeClock, House, small_bundle


def rows(container: Container) -> list[list[tuple[object, ...]]]:
    """Memory, log and journal."""
    with container.context.database.read() as connection:
        assert not [each for each in compare(connection) if each.differ]
        tables = (MemoryRow, ReviewLogRow, JournalRow)
        return [[tuple(row) for row in connection.execute(select(table_of(table)))] for table in tables]


def studied(home: Path, bundle: Path, shown: bool, seed: int) -> list[list[tuple[object, ...]]]:
    """What a learner's home holds who looked at each card before the answer, or did not."""
    draw, clock = random.Random(seed), FakeClock()
    house = House(home, bundle, clock)
    container = house.open()
    for _ in range(60):
        ids = container.review.queue().ids
        if ids:
            card, rating = draw.choice(ids), draw.choice(list(Rating))
            if shown:
                container.review.prompt(card)
            clock.advance(seconds=draw.randint(1, 90))
            container.review.answer(card, rating, 900)
            if draw.random() < 0.2:
                container.undo.undo("review")
        clock.advance(minutes=draw.choice((1, 6, 11, 24 * 60)))
    found = rows(container)
    house.close()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_looking_at_a_card_first_changes_nothing(tmp_path: Path, bundle: Path, seed: int) -> None:
    assert studied(tmp_path / "a", bundle, True, seed) == studied(tmp_path / "b", bundle, False, seed)


def test_a_card_that_was_shown_is_not_read_again_for_its_answer(container: Container) -> None:
    said: list[str] = []
    with container.context.database.desk as execute:
        execute("SELECT 1").connection.set_trace_callback(said.append)
    first, second, third = container.review.queue().ids[:3]
    for card in (first, second):
        container.review.prompt(card)
    container.review.answer(first, Rating.GOOD)
    container.review.answer(second, Rating.GOOD)
    assert not [text for text in said if text.startswith("SELECT")]
    container.review.answer(third, Rating.GOOD)
    assert [text for text in said if text.startswith("SELECT")]


def test_settings_that_were_changed_in_between_count(house: House) -> None:
    container, other = house.open(), house.open()
    card = container.review.queue().ids[0]
    shown = container.review.prompt(card).preview[Rating.EASY]
    with other.context.database.write("settings", "aim lower") as transaction:
        transaction.put(SettingRow, {"name": "desired_retention", "value": "0.7"})
    stored = container.review.answer(card, Rating.EASY).value.scheduled
    assert stored.interval_days > shown.interval_days


def test_an_answer_of_another_program_in_between_is_not_overwritten(house: House) -> None:
    container, other = house.open(), house.open()
    card = container.review.queue().ids[0]
    container.review.prompt(card)
    other.review.answer(card, Rating.EASY)
    with pytest.raises(ConflictError, match="is due in"):
        container.review.answer(card, Rating.GOOD)


def test_an_undo_in_between_counts(container: Container) -> None:
    card = container.review.queue().ids[0]
    container.review.answer(card, Rating.AGAIN)
    container.review.prompt(card)
    container.undo.undo("review")
    assert container.review.answer(card, Rating.GOOD).value.scheduled.memory.reps == 1


def test_the_next_study_day_counts(container: Container, clock: FakeClock) -> None:
    card = container.review.queue().ids[0]
    container.review.prompt(card)
    clock.next_day()
    memory = container.review.answer(card, Rating.EASY).value.scheduled.memory
    assert memory.last_day == study_day(clock.now())


def test_a_card_that_left_its_deck_in_between_is_not_found(tmp_path: Path) -> None:
    root = small_bundle(tmp_path / "bundle")
    house = House(tmp_path / "home", root, FakeClock())
    container = house.open()
    container.review.prompt("one-01")
    deck = root / "curriculum" / "decks" / "small.toml"
    deck.write_text(deck.read_text().replace("one-01", "one-99"))
    house.open().review.queue()
    with pytest.raises(NotFoundError, match="no card 'one-01'"):
        container.review.answer("one-01", Rating.GOOD)
    house.close()


def test_a_learning_step_is_counted_from_the_answer_not_from_the_look(container: Container, clock: FakeClock) -> None:
    card = container.review.queue().ids[0]
    shown = container.review.prompt(card).preview[Rating.GOOD]
    clock.advance(minutes=3)
    stored = container.review.answer(card, Rating.GOOD).value.scheduled
    assert stored.label == shown.label
    assert (stored.memory.due_at or 0) - (shown.memory.due_at or 0) == 3 * 60_000
