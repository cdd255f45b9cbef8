"""Flags: a note on a bad card, taken back like any act, and no line in the log."""

from __future__ import annotations

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.outcome import Area
from studyctl.errors import ConflictError, NotFoundError
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.card_flags import flags_of
from studyctl.storage.repositories.review_log import card_acts
from studyctl.storage.undo import digest
from tests.helpers import House


def flags(container: Container) -> dict[str, str]:
    """What is flagged, of three cards."""
    with container.context.database.read() as connection:
        return flags_of(connection, ["one-01", "one-02", "two-01"])


def state(container: Container) -> str:
    """Digest of what undo must bring back."""
    with container.context.database.read() as connection:
        assert all(not each.differ for each in compare(connection))
        return digest(connection)


def test_a_flag_keeps_its_note_and_leaves_the_schedule_alone(container: Container) -> None:
    container.review.answer("one-01", Rating.GOOD)
    outcome = container.cards.flag("one-01", "  units are\nwrong ")
    assert (outcome.value, outcome.changes) == ("one-01", {Area.CARDS})
    assert flags(container) == {"one-01": "units are wrong"}
    with container.context.database.read() as connection:
        assert len(list(card_acts(connection))) == 1
    state(container)


def test_a_second_flag_gives_the_first_one_another_note(container: Container) -> None:
    container.cards.flag("one-01", "too long")
    container.cards.flag("one-01")
    assert flags(container) == {"one-01": ""}


def test_flag_and_unflag_are_taken_back_also_after_a_restart(house: House) -> None:
    container = house.open()
    container.cards.flag("two-01", "why two")
    plain = state(container)
    container.cards.flag("one-01", "wrong")
    container.cards.flag("one-02", "")
    flagged = state(container)
    container.cards.unflag_all(["one-02", "one-01", "one-02"])
    assert flags(container) == {"two-01": "why two"}
    container = house.reopened()
    assert container.undo.undo("review").value.summary == "unflag 2 cards"
    assert state(container) == flagged
    container.undo.undo("review")
    container.undo.undo("review")
    assert state(container) == plain


def test_what_has_no_flag_loses_none_and_what_no_deck_has_gets_none(container: Container) -> None:
    container.cards.flag("one-01")
    before = state(container)
    with pytest.raises(ConflictError, match="one-02 has no flag"):
        container.cards.unflag_all(["one-01", "one-02"])
    with pytest.raises(ConflictError, match="one-02 has no flag"):
        container.cards.unflag("one-02")
    with pytest.raises(NotFoundError, match="no card 'gone'"):
        container.cards.flag("gone")
    assert state(container) == before
    assert container.cards.unflag("one-01").value == "one-01"
    assert flags(container) == {}
