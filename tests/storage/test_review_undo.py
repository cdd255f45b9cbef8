"""A thousand acts on cards are taken back one by one, sums equal a rebuild, and two ways to write give one database."""

from __future__ import annotations

import json
import random
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import select

from studyctl.container import Container, rebuild
from studyctl.domain.cards import Rating
from studyctl.domain.clock import study_day
from studyctl.errors import ConflictError
from studyctl.services import card_acts as card_service
from studyctl.services import review as review_service
from studyctl.storage.card_act import CardDesk, portable_act
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.memory import memory_of
from studyctl.storage.tables import JournalRow, MemoryRow, ReviewLogRow, table_of
from studyctl.storage.undo import digest
from studyctl.storage.unit_of_work import Database
from tests.helpers import FakeClock, House, small_bundle

ACTS = 1000
CARDS = [f"one-{n:02}" for n in range(1, 16)]


def digest_of(container: Container) -> str:
    """Digest of all projections."""
    with container.context.database.read() as connection:
        return digest(connection)


def differing(container: Container) -> dict[str, int]:
    """Rows that are not what the logs say, by table."""
    with container.context.database.read() as connection:
        return {each.table: each.differ for each in compare(connection) if each.differ}


def act(container: Container, draw: random.Random) -> bool:
    """Do something to a card; False where it was refused."""
    card, other = draw.sample(CARDS, 2)
    chosen = draw.random()
    try:
        if chosen < 0.6:
            ids = container.review.queue().ids
            container.review.answer(draw.choice(ids) if ids else card, draw.choice(list(Rating)), 900)
        elif chosen < 0.7:
            container.cards.suspend([card, other])
        elif chosen < 0.82:
            container.cards.resume([card])
        elif chosen < 0.94:
            container.cards.move([card], draw.randint(0, 9))
        else:
            container.cards.forget([card])
    except ConflictError:
        return False
    return True


def play(house: House, clock: FakeClock, acts: int, seed: int) -> list[str]:
    """So many acts with time between them, across restarts; the digest before each."""
    draw = random.Random(seed)
    container = house.open()
    before: list[str] = []
    while len(before) < acts:
        state = digest_of(container)
        if act(container, draw):
            before.append(state)
            if len(before) % 100 == 0:
                assert differing(container) == {}
                container = house.reopened()
        else:
            assert digest_of(container) == state
        clock.advance(minutes=draw.choice((1, 1, 6, 11, 24 * 60)))
    return before


def test_a_thousand_acts_on_cards_are_taken_back_across_restarts(house: House, clock: FakeClock) -> None:
    before = play(house, clock, ACTS, seed=3)
    container = house.reopened()
    while before:
        container.undo.undo("review")
        assert digest_of(container) == before.pop()
        if len(before) % 100 == 0:
            assert differing(container) == {}
            container = house.reopened()
    with pytest.raises(ConflictError, match="nothing to undo"):
        container.undo.undo("review")


def test_the_plain_path_and_the_portable_one_write_the_same_database(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def portable(database: Database, summary: str, _at: int) -> AbstractContextManager[CardDesk]:
        return portable_act(database, summary)

    def dump(name: str) -> list[list[tuple[object, ...]]]:
        clock = FakeClock()
        house = House(tmp_path / name, bundle, clock)
        play(house, clock, 200, seed=8)
        container = house.reopened()
        with container.context.database.read() as connection:
            tables = [table_of(row) for row in (MemoryRow, ReviewLogRow, JournalRow)]
            rows = [[tuple(row) for row in connection.execute(select(table))] for table in tables]
            rows[-1] = [(*line[:4], json.loads(line[4]), line[5]) for line in rows[-1]]
            rows.append([(digest(connection),)])
        house.close()
        return rows

    plain = dump("plain")
    for service in (review_service, card_service):
        monkeypatch.setattr(service, "card_act", portable)
    assert dump("portable") == plain


def test_an_act_on_several_cards_is_one_act_or_none(container: Container) -> None:
    container.cards.suspend(["one-02"])
    before = digest_of(container)
    with pytest.raises(ConflictError, match="one-02 is suspended already"):
        container.cards.suspend(["one-01", "one-02"])
    assert digest_of(container) == before
    container.cards.suspend(["one-03", "one-04"])
    assert container.undo.undo("review").value.summary == "suspend 2 cards"
    assert digest_of(container) == before


def test_moved_cards_are_due_on_that_day_and_keep_their_memory(container: Container, clock: FakeClock) -> None:
    container.review.answer("one-01", Rating.EASY)
    today = study_day(clock.now())
    with container.context.database.read() as connection:
        known = memory_of(connection, "one-01")
    container.cards.move(["one-01"], 0)
    with container.context.database.read() as connection:
        moved = memory_of(connection, "one-01")
    assert (moved.due_day, moved.stability) == (today, known.stability)
    assert container.review.queue().ids[0] == "one-01"
    assert container.review.queue().counts.review == 1
    with pytest.raises(ConflictError, match="no date to move"):
        container.cards.move(["one-02"], 3)
    with pytest.raises(ConflictError, match="past"):
        container.cards.move(["one-01"], -1)


def test_a_suspended_new_card_is_not_asked_and_a_forgotten_one_is_new_again(container: Container) -> None:
    container.cards.suspend(["one-01"])
    assert "one-01" not in container.review.queue().ids
    with pytest.raises(ConflictError, match="suspended") as caught:
        container.review.answer("one-01", Rating.GOOD)
    assert "review resume one-01" in caught.value.hint
    container.cards.resume(["one-01"])
    assert container.review.queue().ids[0] == "one-01"
    container.review.answer("one-01", Rating.EASY)
    container.cards.forget(["one-01"])
    assert container.review.queue().ids[0] == "one-01"
    assert differing(container) == {}


def test_a_rebuild_finds_and_repairs_what_is_not_in_the_logs(house: House, clock: FakeClock) -> None:
    play(house, clock, 60, seed=5)
    container = house.reopened()
    right = digest_of(container)
    with container.context.database.maintain() as connection:
        connection.exec_driver_sql("UPDATE memory SET reps = 99 WHERE subject = (SELECT min(subject) FROM memory)")
        connection.exec_driver_sql("UPDATE review_stats SET again = again + 1")
        connection.exec_driver_sql("INSERT INTO due_load VALUES (1, 1)")
        connection.exec_driver_sql("UPDATE card SET fresh = 1 - fresh WHERE id = 'two-01'")
    wrong = differing(container)
    assert wrong.keys() == {"memory", "review_stats", "due_load", "card"}
    assert (wrong["memory"], wrong["due_load"], wrong["card"]) == (1, 1, 1)
    assert {each.table: each.differ for each in rebuild(house.paths) if each.differ} == wrong
    assert {each.table: each.differ for each in rebuild(house.paths, repair=True) if each.differ} == wrong
    assert differing(container) == {}
    assert digest_of(container) == right


def test_topics_that_change_in_a_deck_move_their_history(tmp_path: Path) -> None:
    root = small_bundle(tmp_path / "bundle")
    deck = root / "curriculum" / "decks" / "small.toml"
    house = House(tmp_path / "home", root, FakeClock())
    container = house.open()
    container.review.answer("one-01", Rating.EASY)
    deck.write_text(deck.read_text().replace('id = "one-01"', 'id = "one-01"\ntopics = ["kv-cache", "decode"]'))
    container.review.queue()
    with container.context.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT topic, answers, passed FROM topic_stats ORDER BY topic").all()
    assert [tuple(row) for row in rows] == [("decode", 1, 1), ("kv-cache", 1, 1)]
    assert differing(container) == {}
    container.undo.undo("review")
    assert differing(container) == {}
    deck.write_text(deck.read_text().replace("one-02", "one-99"))
    container.review.queue()
    assert differing(container) == {}
    house.close()
