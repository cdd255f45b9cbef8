"""The queue under a deadline: building, the last pass within its minutes, and after the date."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from studyctl.container import Container
from studyctl.domain.answer_pace import LONGEST_MS
from studyctl.domain.cards import CardAct, Memory, Phase, Rating
from studyctl.domain.clock import study_day
from studyctl.domain.deadline import Learnt, first_sight, ranking
from studyctl.domain.deadline_choice import DeadlineChoice
from studyctl.domain.forgetting import Forgetting, Trace
from studyctl.errors import ConflictError, UsageError
from studyctl.services.deadline_queue import budget_on
from studyctl.services.reschedule import RescheduleService
from studyctl.services.review_day import review_day
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.learnt import learnt
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import card_acts
from tests.helpers import FakeClock, House, card_toml, write
from tests.storage.test_review_undo import digest_of

DAYS = 30


@pytest.fixture
def deck(house: House) -> House:
    """Sixty cards of the user's own, and no new ones unless a test wants them."""
    cards = "".join(card_toml(f"own-{n:02}", "x/x").replace('day = "x/x"\n', "") for n in range(60))
    write(house.paths.cards / "own.toml", f'schema = 1\ndeck = "own"\ntitle = "Own"\n{cards}')
    return house


def choose(container: Container, clock: FakeClock, days: int, minutes: float = 20.0, begun: int = 0) -> DeadlineChoice:
    """A deadline in so many days that was chosen `begun` days ago."""
    today = clock.now().date()
    start = today - timedelta(begun)
    chosen = DeadlineChoice(today + timedelta(days), minutes, start, (days + begun) * minutes)
    container.deadline.store(chosen)
    return chosen


def learn(container: Container, clock: FakeClock, cards: int) -> None:
    """Answer own cards Easy on one day; then the clock stands a day later."""
    container.settings.change("new_cards_per_day", "0")
    for n in range(cards):
        rating = Rating.EASY if n % 2 else Rating.GOOD
        container.review.answer(f"own-{n:02}", rating, 8000)
    clock.advance(minutes=11)
    for n in range(0, cards, 2):
        container.review.answer(f"own-{n:02}", Rating.GOOD, 8000)
    clock.next_day()


def wanted(container: Container, chosen: DeadlineChoice, day: int) -> list[str]:
    """The ranking by the rules alone."""
    with container.context.database.read() as connection:
        cards = [each.card for each in learnt(connection)]
    return [each.key for each in ranking(Forgetting(), cards, day, chosen.date.toordinal())]


def memories(container: Container) -> dict[str, Memory]:
    """Scheduling state of all cards."""
    with container.context.database.read() as connection:
        return all_memory(connection, Subject.CARD)


def clean(container: Container) -> bool:
    """True where everything follows from the log."""
    with container.context.database.read() as connection:
        return not any(each.differ for each in compare(connection))


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
