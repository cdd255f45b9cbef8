"""The queue under a deadline: building, the last pass within its minutes, and after the date."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studyctl.container import Container
from studyctl.domain.answer_pace import LONGEST_MS
from studyctl.domain.cards import Rating
from studyctl.domain.clock import study_day
from studyctl.domain.deadline import Learnt, first_sight, ranking
from studyctl.domain.forgetting import Forgetting, Trace
from studyctl.errors import ConflictError
from studyctl.services.deadline_queue import budget_on
from studyctl.services.review_day import review_day
from tests.helpers import FakeClock, House
from tests.services.own_deck import choose, clean, learn, memories, wanted, write_own_deck
from tests.storage.test_review_undo import digest_of

DAYS = 30


@pytest.fixture
def deck(house: House) -> House:
    """A home with a deck of the user's own."""
    return write_own_deck(house)


def test_while_building_cards_get_the_dates_of_the_build_retention(container: Container, clock: FakeClock) -> None:
    usual = container.review.prompt("one-01").preview[Rating.EASY].interval_days
    choose(container, clock, 60)
    longer = container.review.prompt("one-01").preview[Rating.EASY].interval_days
    assert longer > usual
    assert container.review.answer("one-01", Rating.EASY).value.scheduled.interval_days == longer
    assert container.review.queue().counts.deadline_days is None


def test_while_building_new_cards_come_as_far_as_the_minutes_go(container: Container, clock: FakeClock) -> None:
    first = first_sight(Forgetting(), 0, DAYS).seconds
    choose(container, clock, 60, minutes=3.5 * first / 60)
    assert container.review.queue().counts.new == 3
    container.review.answer("one-01", Rating.EASY, round(first * 1000))
    assert container.review.queue().counts.new == 2


def test_the_last_pass_asks_the_ranking_within_the_minutes_whatever_is_due(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    assert container.review.queue().counts.review < 5
    chosen = choose(container, clock, 5, minutes=3, begun=25)
    day = study_day(clock.now())
    queue = container.review.queue()
    assert queue.counts.deadline_days == 5
    assert 5 < queue.counts.review < 40
    assert list(queue.ids) == wanted(container, chosen, day)[: queue.counts.review]
    assert queue == deck.reopened().review.queue()


def test_answers_and_undo_do_not_reshuffle_what_is_left_also_after_a_restart(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    choose(container, clock, 5, minutes=3, begun=25)
    before = container.review.queue()
    digest = digest_of(container)
    for number, card in enumerate(before.ids[:4], start=1):
        container.review.answer(card, Rating.GOOD, 14_000)
        left = container.review.queue().ids
        assert left[: len(before.ids) - number - 1] == before.ids[number : len(before.ids) - 1]
    container = deck.reopened()
    assert container.review.queue().ids == left
    for _ in range(4):
        container.undo.undo("review")
    assert container.review.queue() == before
    assert digest_of(container) == digest
    assert clean(container)


def test_the_day_ends_when_its_minutes_are_spent(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    chosen = choose(container, clock, 5, minutes=3, begun=25)
    with container.context.database.read() as connection:
        allowance = budget_on(connection, chosen, study_day(clock.now())).allowance
    spent, asked = 0.0, 0
    while ids := container.review.queue().ids:
        container.review.answer(ids[0], Rating.GOOD, 20_000)
        spent, asked = spent + 20, asked + 1
    assert asked < 40
    assert allowance - 20 <= spent <= allowance + 20
    day = review_day(container.context)
    assert day.next_day == 1
    assert day.next_day_cards > 0


def test_a_card_left_lying_and_answers_without_a_time_are_counted_as_usual_ones(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    choose(container, clock, 5, minutes=6, begun=25)
    counts = [container.review.queue().counts.review]
    for duration in (0, 3_600_000):
        container.review.answer(container.review.queue().ids[0], Rating.GOOD, duration)
        counts.append(container.review.queue().counts.review)
    assert counts[0] - counts[1] in (1, 2)
    assert counts[1] - counts[2] <= 2 + LONGEST_MS / 1000 / 10


def test_only_chosen_cards_may_be_answered_before_their_date_and_once(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    chosen = choose(container, clock, 5, minutes=3, begun=25)
    ranked = wanted(container, chosen, study_day(clock.now()))
    due = {card for card, memory in memories(container).items() if (memory.due_day or 0) <= study_day(clock.now())}
    early = [card for card in ranked if card not in due]
    container = deck.reopened()  # the first thing that a program asks may be an answer
    with pytest.raises(ConflictError, match="is due in"):
        container.review.answer(early[-1], Rating.GOOD, 9000)
    container.review.answer(early[0], Rating.EASY, 9000)
    with pytest.raises(ConflictError, match="is due in"):
        container.review.answer(early[0], Rating.EASY, 9000)
    assert clean(container)


def test_a_suspended_moved_or_forgotten_card_leaves_the_pass_at_once(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 20)
    choose(container, clock, 5, begun=25)
    first, second = container.review.queue().ids[:2]
    container.cards.suspend([first])
    assert first not in container.review.queue().ids
    container.cards.forget([second])
    assert second not in container.review.queue().ids
    container.undo.undo("review")
    container.undo.undo("review")
    assert container.review.queue().ids[:2] == (first, second)


def test_in_the_last_pass_new_cards_come_first_as_long_as_they_gain_more(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 20)
    container.settings.change("new_cards_per_day", "4")
    choose(container, clock, 10, begun=35)
    queue = container.review.queue()
    assert queue.counts.new == 4
    assert queue.ids[:4] == ("one-01", "one-02", "one-03", "one-04")
    rate = ranking(Forgetting(), [Learnt("a", Trace(0.2, 9.0), 0)], 3, 5)[0].rate
    assert first_sight(Forgetting(), 3, 5).rate > rate


def test_no_minutes_left_means_no_new_card_either(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 20)
    container.settings.change("new_cards_per_day", "4")
    choose(container, clock, 3, minutes=0.1, begun=27)
    assert container.review.queue().counts.total == 0


def test_whoever_missed_the_days_of_building_sees_every_card_once(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    choose(container, clock, 30)
    clock.next_day(20)
    seen: set[str] = set()
    for _ in range(10):
        while ids := container.review.queue().ids:
            seen |= set(ids[:1])
            container.review.answer(ids[0], Rating.GOOD, 13_000)
        clock.next_day()
    assert len(seen) > 30


def test_after_the_date_the_desired_retention_and_the_usual_queue_count_again(deck: House, clock: FakeClock) -> None:
    container = deck.open()
    learn(container, clock, 40)
    choose(container, clock, 2, minutes=1, begun=20)
    clock.next_day(2)
    queue = container.review.queue()
    assert queue.counts.deadline_days == 0
    container.deadline.clear()
    usual = container.review.queue()
    assert replace(queue, counts=replace(queue.counts, deadline_days=None)) == usual
    container.settings.change("new_cards_per_day", "5")
    choose(container, clock, -1, begun=20)
    assert container.review.queue().counts.new == 5
    assert container.review.queue().counts.deadline_days == -1
