"""The deadline as the user has it: a look, storing, standing, clearing, and dates that are moved on request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from studyctl.container import Container
from studyctl.domain.cards import CardAct, Phase, Rating
from studyctl.errors import ConflictError, UsageError
from studyctl.services.reschedule import RescheduleService
from studyctl.storage.repositories.review_log import card_acts
from tests.helpers import FakeClock, House
from tests.services.own_deck import choose, clean, learn, memories, write_own_deck
from tests.storage.test_review_undo import digest_of

DAYS = 30


@pytest.fixture
def deck(house: House) -> House:
    """A home with a deck of the user's own."""
    return write_own_deck(house)


def test_a_look_says_what_comes_and_storing_and_clearing_are_taken_back(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 20)
    before = digest_of(container)
    when = clock.now().date() + timedelta(DAYS)
    preview = container.deadline.look(when, 15)
    assert digest_of(container) == before
    assert preview == container.deadline.look(when, 15)
    assert (preview.days, preview.known) == (DAYS, 20)
    assert preview.deadline.recall > preview.fixed.recall
    assert preview.deadline.minutes <= preview.fixed.minutes * 1.02
    assert preview.phases.build < preview.phases.last_pass < preview.phases.last_week < preview.phases.date == when
    container.deadline.store(preview.chosen)
    stored = digest_of(container)
    container.deadline.clear()
    with pytest.raises(ConflictError, match="no deadline"):
        container.deadline.clear()
    container.undo.undo()
    assert digest_of(container) == stored
    container.undo.undo()
    assert digest_of(container) == before


def test_new_cards_that_do_not_fit_are_counted_by_their_reason(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    container.settings.change("new_cards_per_day", "2")
    unfitting = container.deadline.look(clock.now().date() + timedelta(DAYS), 20).unfitting
    assert (unfitting.over_limit, unfitting.no_time) == (60 + 18 - 2 * DAYS, 0)
    container.settings.change("new_cards_per_day", "50")
    short = container.deadline.look(clock.now().date() + timedelta(3), 5).unfitting
    assert short.over_limit == 0
    assert short.no_time > 30


def test_the_same_date_again_keeps_its_start(container: Container, clock: FakeClock) -> None:
    when = clock.now().date() + timedelta(DAYS)
    first = container.deadline.look(when, 10).chosen
    container.deadline.store(first)
    clock.next_day(5)
    again = container.deadline.look(when, 15).chosen
    assert (again.start, again.minutes) == (first.start, 15)
    assert container.deadline.look(when + timedelta(1), 15).chosen.start == clock.now().date()


def test_standing_tells_stage_minutes_and_recall(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    assert container.deadline.standing() is None
    learn(container, clock, 20)
    choose(container, clock, 5, minutes=3, begun=25)
    container.review.answer(container.review.queue().ids[0], Rating.GOOD, 30_000)
    standing = container.deadline.standing()
    assert standing is not None
    assert (standing.days_left, standing.learnt, standing.spent) == (5, 20, 0.5)
    assert 0 < standing.allowance <= 3
    assert 0 < standing.recall_untouched < standing.recall_now <= 1
    assert standing.forecast is not None
    assert standing.forecast.recall > standing.recall_untouched * 20 / (20 + 58)
    clock.next_day(9)
    over = container.deadline.standing()
    assert over is not None
    assert over.forecast is None


def test_nothing_to_learn_is_explained(container: Container, clock: FakeClock) -> None:
    container.settings.change("new_cards_per_day", "0")
    with pytest.raises(UsageError):
        container.deadline.look(clock.now().date(), 20)


def test_rescheduling_is_shown_logged_and_taken_back(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 30)
    choose(container, clock, 60)
    before, former = digest_of(container), memories(container)
    service = RescheduleService(container.context)
    look = service.look()
    assert digest_of(container) == before
    done = service.reschedule().value
    assert done == look
    assert done.retention == 0.87
    moved = {card for card, memory in memories(container).items() if memory != former[card]}
    assert len(moved) == done.load.moved > 0
    assert all((memories(container)[card].due_day or 0) > (former[card].due_day or 0) for card in moved)
    assert {memory.phase for memory in memories(container).values()} == {Phase.REVIEW}
    with container.context.database.read() as connection:
        acts = [entry.card_id for entry in card_acts(connection) if entry.act is CardAct.RESCHEDULE]
    assert set(acts) == moved
    assert clean(container)
    with pytest.raises(ConflictError, match="has its date already"):
        service.reschedule()
    container.undo.undo("review")
    assert digest_of(container) == before
    assert clean(container)
