"""Undo by plain statements and undo through the journal's general path leave the same database."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, update

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.errors import ConflictError
from studyctl.storage.rebuild import compare
from studyctl.storage.tables import JournalRow, MemoryRow, ReviewLogRow, table_of
from studyctl.storage.undo import digest
from studyctl.storage.undo_path import undo_lines
from tests.helpers import FakeClock, House
from tests.storage.test_review_undo import act

TABLES = (MemoryRow, ReviewLogRow, JournalRow)


def dump(container: Container) -> list[object]:
    """All that acts on cards touch, logs too, and the digest."""
    with container.context.database.read() as connection:
        assert not [each for each in compare(connection) if each.differ]
        rows = [sorted(tuple(row) for row in connection.execute(select(table_of(table)))) for table in TABLES]
        return [*rows, digest(connection)]


def undone_otherwise(container: Container) -> None:
    """Take the last act back by the general path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studyctl.services.undo.undo_lines", lambda *_: None)
        container.undo.undo("review")


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_of_undo_give_one_database(tmp_path: Path, bundle: Path, seed: int) -> None:
    draw, clock = random.Random(seed), FakeClock()
    plain = House(tmp_path / "plain", bundle, clock)
    container = plain.open()
    done = 0
    while done < 40:
        done += act(container, draw)
        clock.advance(minutes=draw.choice((1, 6, 11, 24 * 60)))
    plain.close()
    shutil.copytree(tmp_path / "plain", tmp_path / "other")
    other = House(tmp_path / "other", bundle, clock)
    first, second = plain.open(), other.open()
    assert dump(first) == dump(second)
    for left in range(done, 0, -1):
        assert undo_lines(first.context.database, "review", first.context.now_ms()) is not None
        undone_otherwise(second)
        if left % 8 == 1:
            assert dump(first) == dump(second)
        clock.advance(minutes=1)
    assert undo_lines(first.context.database, "review", 0) is None
    for house in (plain, other):
        house.close()


def test_the_quick_way_leaves_other_acts_alone(container: Container) -> None:
    container.review.answer("one-01", Rating.EASY)
    container.ticks.tick("p90/1/objective/1")
    before = dump(container)
    assert undo_lines(container.context.database, None, 1) is None
    assert dump(container) == before
    assert undo_lines(container.context.database, "review", 1) is not None


@pytest.mark.parametrize("quick", [True, False])
def test_an_answer_is_not_taken_back_from_a_card_that_changed_since(container: Container, quick: bool) -> None:
    container.review.answer("one-01", Rating.EASY)
    with container.context.database.maintain() as connection:
        connection.execute(update(table_of(MemoryRow)).values(reps=7))
    before = digest_of(container)
    with pytest.raises(ConflictError, match="later changed"):
        container.undo.undo("review") if quick else undone_otherwise(container)
    assert digest_of(container) == before


def test_the_journal_of_an_answer_holds_what_was_there_before_and_little_else(container: Container) -> None:
    container.review.answer("one-01", Rating.EASY)
    container.cards.move(["one-01"], 0)
    container.review.answer("one-01", Rating.GOOD)
    with container.context.database.read() as connection:
        texts = connection.execute(select(table_of(JournalRow).c.changes)).scalars().all()
    assert texts[0] == '[{"line":1,"memory":null}]'
    (change,) = json.loads(texts[2])
    assert change["line"] == 3
    assert change["memory"]["reps"] == 1
    assert len(texts[2]) < 300


def digest_of(container: Container) -> str:
    """Digest of all projections."""
    with container.context.database.read() as connection:
        return digest(connection)
