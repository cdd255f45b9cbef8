"""The review queue: order, limits, learning steps within the day, and answers that are refused."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from studyctl.container import Container
from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.outcome import Area
from studyctl.errors import ConflictError, NotFoundError
from studyctl.services.days import OpenItems
from studyctl.services.review_day import review_day
from studyctl.services.review_queue import QueueCounts
from studyctl.storage.repositories.memory import Subject, memory_of, save_memory
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.tables import ReviewLogRow, table_of
from tests.helpers import FakeClock, House


def remember(container: Container, card_id: str, memory: Memory) -> None:
    """Give a card a memory state."""
    with container.context.database.write("review", "arrange") as transaction:
        save_memory(transaction, Subject.CARD, card_id, memory)


def reviewed(clock: FakeClock, stability: float, ago: int, due_in: int = 0) -> Memory:
    """A card in review, last seen so many days ago."""
    today = study_day(clock.now())
    return Memory(
        Phase.REVIEW, stability=stability, difficulty=5.0, last_day=today - ago, due_day=today + due_in, reps=3
    )


def counts(container: Container) -> QueueCounts:
    """What waits."""
    return container.review.queue().counts


def test_new_cards_come_in_their_order_up_to_the_daily_limit(container: Container) -> None:
    queue = container.review.queue()
    assert queue.ids == tuple(f"one-{n:02}" for n in range(1, 11))
    assert queue.counts == QueueCounts(learning=0, review=0, new=10)
    assert queue.counts.total == 10


def test_the_daily_limit_counts_every_new_card_once_also_across_undo(container: Container, clock: FakeClock) -> None:
    first, second = container.review.queue().ids[:2]
    container.review.answer(first, Rating.EASY)
    container.review.answer(second, Rating.GOOD)
    assert counts(container).new == 8
    container.undo.undo("review")
    assert counts(container).new == 9
    assert container.review.queue().ids[0] == second
    container.review.answer(second, Rating.AGAIN)
    clock.advance(minutes=1)
    container.review.answer(second, Rating.GOOD)
    assert counts(container).new == 8
    clock.next_day()
    assert counts(container).new == 10


def test_cards_of_days_that_were_not_reached_are_locked(container: Container) -> None:
    for _ in range(15):
        card = container.review.next()
        if card is None:
            break
        container.review.answer(card.card.id, Rating.EASY)
    assert counts(container) == QueueCounts(0, 0, 0)


@pytest.mark.parametrize(
    ("reach", "card"),
    [
        (lambda container: container.days.close(OpenItems.DROP), "two-01"),
        (lambda container: container.ticks.tick("p90/2/objective/1"), "two-01"),
        (lambda container: container.ticks.tick("p28/1/learn/1"), "other-plan"),
        (lambda container: container.settings.use_track("p28"), "other-plan"),
    ],
    ids=["closing", "a tick", "a tick in another plan", "another active track"],
)
def test_a_day_that_was_reached_unlocks_its_cards(container: Container, clock: FakeClock, reach, card) -> None:
    seen: set[str] = set()
    reach(container)
    for _ in range(3):  # ten new cards a day
        for card_id in container.review.queue().ids:
            seen.add(card_id)
            container.review.answer(card_id, Rating.EASY)
        clock.next_day()
    assert card in seen


def test_cards_of_the_active_track_come_first(container: Container) -> None:
    container.ticks.tick("p28/1/learn/1")
    assert container.review.queue().ids[0] == "one-01"
    container.settings.use_track("p28")
    assert container.review.queue().ids[0] == "other-plan"


def test_learning_steps_come_first_then_what_was_due_first_then_new_cards(
    container: Container, clock: FakeClock
) -> None:
    remember(container, "one-05", reviewed(clock, stability=50, ago=50))
    remember(container, "one-06", reviewed(clock, stability=5, ago=50, due_in=-9))
    remember(container, "one-07", reviewed(clock, stability=20, ago=50, due_in=-8))
    remember(container, "one-08", reviewed(clock, stability=20, ago=5, due_in=1))
    container.review.answer("one-02", Rating.GOOD)
    container.review.answer("one-01", Rating.AGAIN)
    assert container.review.queue().ids[:4] == ("one-06", "one-07", "one-05", "one-03")
    clock.advance(minutes=1)
    assert container.review.queue().ids[:2] == ("one-01", "one-06")
    clock.advance(minutes=9)
    queue = container.review.queue()
    assert queue.ids[:6] == ("one-01", "one-02", "one-06", "one-07", "one-05", "one-03")
    assert queue.counts == QueueCounts(learning=2, review=3, new=8, later=0)


def test_a_learning_step_waits_while_other_cards_can_be_asked(container: Container) -> None:
    container.review.answer("one-01", Rating.GOOD)
    queue = container.review.queue()
    assert "one-01" not in queue.ids
    assert (queue.counts.learning, queue.counts.later) == (0, 1)


def test_when_nothing_else_is_left_a_step_of_the_next_20_minutes_is_asked_ahead(
    container: Container, clock: FakeClock
) -> None:
    remember(
        container,
        "one-01",
        Memory(
            Phase.RELEARNING,
            3.0,
            5.0,
            due_at=to_millis(clock.now()) + 20 * 60_000 + 1,
            due_day=study_day(clock.now()),
            last_day=study_day(clock.now()),
            reps=2,
        ),
    )
    for card_id in container.review.queue().ids:
        container.review.answer(card_id, Rating.EASY)
    assert counts(container) == QueueCounts(0, 0, 0, later=1)
    clock.advance(minutes=0.01)
    assert container.review.queue().ids == ("one-01",)
    assert counts(container) == QueueCounts(1, 0, 0, later=0)
    container.review.answer("one-01", Rating.GOOD)
    assert container.review.next() is None


def test_a_step_that_was_left_over_is_asked_the_next_day_before_its_minute(
    container: Container, clock: FakeClock
) -> None:
    clock.advance(hours=18, minutes=55)  # 3:55 in the night
    container.review.answer("one-01", Rating.GOOD)
    clock.advance(minutes=6)
    assert container.review.queue().ids[0] == "one-01"
    assert counts(container).learning == 1


def test_within_the_day_a_card_walks_through_its_steps_to_a_date(container: Container, clock: FakeClock) -> None:
    first = container.review.answer("one-01", Rating.GOOD)
    assert first.changes == {Area.CARDS}
    assert first.value.scheduled.delay_minutes == 10
    clock.advance(minutes=10)
    second = container.review.answer("one-01", Rating.GOOD)
    days = second.value.scheduled.interval_days
    assert days >= 1
    clock.next_day(days - 1)
    assert "one-01" not in container.review.queue().ids
    clock.next_day()
    assert container.review.queue().ids[0] == "one-01"
    container.review.answer("one-01", Rating.AGAIN)
    clock.advance(minutes=10)
    prompt = container.review.next()
    assert prompt is not None
    assert (prompt.card.id, prompt.memory.phase, prompt.memory.lapses) == ("one-01", Phase.RELEARNING, 1)


def test_an_answer_before_the_date_is_refused_and_changes_nothing(container: Container, clock: FakeClock) -> None:
    remember(container, "one-01", reviewed(clock, stability=20, ago=5, due_in=2))
    with pytest.raises(ConflictError, match="due in 2 days") as caught:
        container.review.answer("one-01", Rating.GOOD)
    assert "review due" in caught.value.hint
    with container.context.database.read() as connection:
        assert reviews(connection) == []
        assert memory_of(connection, "one-01") == reviewed(clock, stability=20, ago=5, due_in=2)
    clock.next_day(2)
    container.review.answer("one-01", Rating.GOOD)
    with pytest.raises(ConflictError, match="is due in"):
        container.review.answer("one-01", Rating.GOOD)


def test_a_leech_is_put_aside_and_asked_no_more(container: Container, clock: FakeClock) -> None:
    lapsed = reviewed(clock, stability=3, ago=3)
    remember(container, "one-01", Memory(**(vars(lapsed) | {"lapses": 7})))
    assert container.review.queue().ids[0] == "one-01"
    after = container.review.answer("one-01", Rating.AGAIN).value.scheduled.memory
    assert (after.leech, after.suspended) == (True, True)
    clock.next_day(40)
    assert "one-01" not in container.review.queue().ids
    with pytest.raises(ConflictError, match="suspended"):
        container.review.answer("one-01", Rating.GOOD)


def test_elapsed_days_are_day_boundaries_not_24_hours(container: Container, clock: FakeClock) -> None:
    clock.advance(hours=14)  # 23:00
    container.review.answer("one-01", Rating.EASY)
    with container.context.database.read() as connection:
        due = memory_of(connection, "one-01").due_day
    assert due is not None
    clock.next_day(due - study_day(clock.now()))
    clock.advance(hours=-15)  # 8:00, less than 24 hours times the interval later
    container.review.answer("one-01", Rating.GOOD, duration_ms=4200)
    with container.context.database.read() as connection:
        first, second = reviews(connection)
    assert second.elapsed_days == second.day - first.day == first.interval_days
    assert second.duration_ms == 4200
    assert (first.phase, second.phase) == (Phase.NEW, Phase.REVIEW)


def test_the_preview_of_a_prompt_is_what_the_answer_then_does(container: Container) -> None:
    prompt = container.review.next()
    assert prompt is not None
    assert set(prompt.preview) == set(Rating)
    answered = container.review.answer(prompt.card.id, Rating.HARD).value
    assert answered.scheduled == prompt.preview[Rating.HARD]


def test_a_card_that_left_its_deck_keeps_its_history_and_is_asked_no_more(
    container: Container, clock: FakeClock
) -> None:
    remember(container, "no-longer-there", reviewed(clock, stability=5, ago=50))
    assert "no-longer-there" not in container.review.queue().ids
    with pytest.raises(NotFoundError, match="no card 'no-longer-there'"):
        container.review.answer("no-longer-there", Rating.GOOD)
    with container.context.database.read() as connection:
        assert memory_of(connection, "no-longer-there").stability == 5


def test_undo_of_an_answer_works_after_a_restart(house: House) -> None:
    container = house.open()
    before = container.review.queue()
    container.review.answer(before.ids[0], Rating.GOOD)
    container = house.reopened()
    assert container.undo.undo("review").value.summary == f"rate {before.ids[0]} Good"
    assert container.review.queue() == before
    with container.context.database.read() as connection:
        lines = connection.execute(select(func.count()).select_from(table_of(ReviewLogRow))).scalar_one()
    assert lines == 2


def test_the_day_of_reviews_sums_up_answers_steps_and_the_next_date(container: Container, clock: FakeClock) -> None:
    assert review_day(container.context).total == 0
    container.review.answer("one-01", Rating.GOOD, duration_ms=30_000)
    container.review.answer("one-02", Rating.EASY, duration_ms=60_000)
    day = review_day(container.context)
    assert (day.total, day.answers[Rating.GOOD], day.answers[Rating.AGAIN], day.minutes) == (2, 1, 0, 1.5)
    assert day.next_step is not None
    assert (day.next_step - clock.now()).total_seconds() == 600
    with container.context.database.read() as connection:
        due = memory_of(connection, "one-02").due_day
    assert (day.next_day, day.next_day_cards) == ((due or 0) - study_day(clock.now()), 1)
    clock.next_day()
    assert review_day(container.context).total == 0
