"""Moving due days and planned breaks: a look changes nothing, an act is one, and its undo is whole."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from studyctl.container import Container
from studyctl.domain.answer_pace import LEAST_ANSWERS, model_seconds
from studyctl.domain.break_moves import Away
from studyctl.domain.breaks import Break
from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase, Rating
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.due_moves import Advance, Flatten, Postpone
from studyctl.domain.outcome import Area
from studyctl.domain.scheduling import Moment
from studyctl.domain.workload import AnswerHabits
from studyctl.errors import ConflictError, NotFoundError, UsageError
from studyctl.services.breaks import Wish
from studyctl.services.review_day import review_day
from studyctl.services.schedulers import scheduler_for
from studyctl.storage import rebuild
from studyctl.storage.repositories.memory import Subject, all_memory, save_memory
from studyctl.storage.repositories.review_log import card_acts, log_many
from studyctl.storage.repositories.settings import save_settings
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, card_toml, write

COUNT = 120
BREAK = ("2026-11-05", "2026-11-09")
WISHES = [Advance(cards=15), Advance(days=3), Postpone(), Postpone(5, 3), Flatten(14), Flatten(20, limit=9)]


@pytest.fixture
def crowded(house: House) -> Container:
    """A house with 120 cards of one's own in review, many of them due today or overdue."""
    deck = 'schema = 1\ndeck = "own"\ntitle = "Own"\n'
    deck += "".join(card_toml(f"c{n:03}", "p90/1") for n in range(COUNT))
    write(house.paths.cards / "own.toml", deck.replace('day = "p90/1"\n', ""))
    container = house.open()
    container.review.queue()
    remember(container, house.clock)
    return container


def remember(container: Container, clock: FakeClock) -> None:
    """Memory of the cards, by lines of the log as everything else."""
    today = study_day(clock.now())
    moment = Moment(to_millis(clock.now()), today)
    with container.context.database.write("review", "arrange") as transaction:
        for n in range(COUNT):
            interval = (4, 9, 25, 80)[n % 4]
            last = today - 1 - (n * 7) % (interval + 3)
            memory = Memory(Phase.REVIEW, float(interval), 5.0, due_day=last + interval, last_day=last, reps=4)
            log_many(transaction, [act_line(CardAct.IMPORT, f"c{n:03}", Memory(), moment, memory)])
            save_memory(transaction, Subject.CARD, f"c{n:03}", memory)


def state(container: Container) -> str:
    """Digest of everything that undo restores."""
    with container.context.database.read() as connection:
        return digest(connection)


def due_days(container: Container) -> dict[str, int]:
    """Due day by card."""
    with container.context.database.read() as connection:
        return {card: memory.due_day or 0 for card, memory in all_memory(connection, Subject.CARD).items()}


def consistent(container: Container) -> bool:
    """True where memory and sums are what the log says."""
    with container.context.database.read() as connection:
        return not any(found.differ for found in rebuild.compare(connection))


def away(container: Container) -> Away:
    """The wish for the break of these tests."""
    return container.breaks.away(*BREAK)


@pytest.mark.parametrize("wish", [*WISHES, None], ids=str)
def test_a_look_changes_nothing_and_the_act_does_what_it_said_and_is_undone_whole(
    crowded: Container, house: House, wish: Wish | None
) -> None:
    wish = wish or away(crowded)
    before, days = state(crowded), due_days(crowded)
    seen = crowded.breaks.look(wish)
    assert state(crowded) == before
    done = crowded.breaks.do(wish)
    assert done.value == seen
    assert done.changes == {Area.CARDS, Area.SETTINGS}
    after = due_days(crowded)
    moved = {card for card in days if days[card] != after[card]}
    assert len(moved) == seen.cost.moved > 0
    today = study_day(house.clock.now())
    loads = Counter(max(0, day - today) for day in after.values())
    assert [loads[n] for n in range(len(seen.cost.after))] == list(seen.cost.after)
    assert consistent(crowded)
    reopened = house.reopened()
    with reopened.context.database.read() as connection:
        assert {entry.card_id for entry in card_acts(connection) if entry.act is CardAct.MOVE} == moved
    undone = reopened.undo.undo("review").value
    assert undone.scope == "review"
    assert state(reopened) == before
    assert due_days(reopened) == days
    assert consistent(reopened)


def test_nothing_but_the_due_day_changes(crowded: Container) -> None:
    with crowded.context.database.read() as connection:
        before = all_memory(connection, Subject.CARD)
    crowded.breaks.do(Flatten())
    with crowded.context.database.read() as connection:
        after = all_memory(connection, Subject.CARD)
    assert {card: vars(memory) | {"due_day": 0} for card, memory in before.items()} == {
        card: vars(memory) | {"due_day": 0} for card, memory in after.items()
    }


def test_suspended_cards_and_learning_steps_are_not_moved(crowded: Container) -> None:
    waiting = crowded.review.queue().ids
    crowded.cards.suspend([waiting[0]])
    crowded.review.answer(waiting[1], Rating.AGAIN)
    days = due_days(crowded)
    crowded.breaks.do(Postpone())
    after = due_days(crowded)
    assert [after[card] for card in waiting[:2]] == [days[card] for card in waiting[:2]]
    assert crowded.review.queue().counts.review == 0


def test_advanced_cards_can_be_answered_today(crowded: Container) -> None:
    crowded.breaks.do(Postpone())
    assert crowded.review.queue().counts.review == 0
    crowded.breaks.do(Advance(cards=3))
    first = crowded.review.queue().ids[0]
    crowded.review.answer(first, Rating.GOOD)
    assert crowded.review.queue().counts.review == 2


def test_a_planned_break_is_kept_free_and_new_answers_avoid_it(crowded: Container, clock: FakeClock) -> None:
    crowded.breaks.do(away(crowded))
    first, last = crowded.breaks.breaks()[0].span
    assert not any(first <= day <= last for day in due_days(crowded).values())
    while prompt := crowded.review.next():
        crowded.review.answer(prompt.card.id, Rating.GOOD)
    answered = [day for day in due_days(crowded).values() if day > study_day(clock.now())]
    assert not any(first <= day <= last for day in answered)
    assert scheduler_for(crowded.context.settings()) is not scheduler_for(type(crowded.context.settings())())


def test_a_break_without_cards_is_planned_all_the_same(container: Container) -> None:
    planned = container.breaks.do(away(container)).value
    assert planned.cost.moved == 0
    assert [str(each) for each in container.breaks.breaks()] == ["2026-11-05 to 2026-11-09"]


def test_breaks_are_stored_beside_other_choices_and_cancelled_without_moving_cards(crowded: Container) -> None:
    crowded.breaks.do(crowded.breaks.away("2026-12-01", "2026-12-24"))
    crowded.breaks.do(away(crowded))
    crowded.settings.use_track("p28")
    planned = crowded.breaks.breaks()
    assert [str(each.first) for each in planned] == ["2026-11-05", "2026-12-01"]
    days, before = due_days(crowded), state(crowded)
    assert crowded.breaks.cancel("2026-12-01").value == planned[1]
    assert crowded.breaks.breaks() == planned[:1]
    assert due_days(crowded) == days
    crowded.undo.undo("review")
    assert state(crowded) == before
    crowded.breaks.cancel(BREAK[0])
    crowded.breaks.cancel("2026-12-01")
    assert crowded.breaks.breaks() == ()
    assert crowded.context.settings().active_track == "p28"
    hash(crowded.context.settings())


def test_settings_without_breaks_are_as_before(container: Container) -> None:
    with container.context.database.write("settings", "arrange") as transaction:
        save_settings(transaction, container.context.settings())
    assert container.context.settings().breaks == ()


def test_what_cannot_be_done_is_refused_and_writes_nothing(crowded: Container) -> None:
    crowded.breaks.do(away(crowded))
    before = state(crowded)
    stale = Away(Break(*crowded.breaks.breaks()[0]))
    for refused, error in (
        (lambda: crowded.breaks.away("2026-11-09", "2026-11-12"), ConflictError),
        (lambda: crowded.breaks.do(stale), ConflictError),
        (lambda: crowded.breaks.do(Flatten(10, limit=1)), ConflictError),
        (lambda: crowded.breaks.do(Flatten(10, limit=COUNT)), ConflictError),
        (lambda: crowded.breaks.do(Advance(cards=0)), UsageError),
        (lambda: crowded.breaks.cancel("2026-11-06"), NotFoundError),
        (lambda: crowded.breaks.cancel("no date"), UsageError),
    ):
        with pytest.raises(error):
            refused()
    assert state(crowded) == before


@pytest.mark.parametrize("wish", [Advance(days=1), Postpone(), Flatten()], ids=str)
def test_with_nothing_to_move_it_says_so(container: Container, wish: Wish) -> None:
    with pytest.raises(ConflictError, match=r"nothing|no card"):
        container.breaks.look(wish)


def test_seconds_are_the_models_until_enough_answers_were_timed(crowded: Container, clock: FakeClock) -> None:
    assert not crowded.breaks.look(Flatten()).measured
    assert crowded.breaks.look(Flatten()).seconds == AnswerHabits().expected_seconds(0.9)
    answers = 0
    half = round(model_seconds(Phase.REVIEW, Rating.GOOD) * 500)
    while answers < LEAST_ANSWERS:
        while (prompt := crowded.review.next()) and prompt.memory.phase is Phase.REVIEW:
            crowded.review.answer(prompt.card.id, Rating.GOOD, half)
            answers += 1
        clock.next_day()
    found = crowded.breaks.look(Advance(cards=3))
    assert found.measured
    assert found.seconds == pytest.approx(AnswerHabits(0.5, (0, 1, 0)).expected_seconds(0.9))
    assert found.seconds == crowded.statistics.view().review_seconds


def test_a_break_is_announced_and_does_not_end_the_streak(crowded: Container, clock: FakeClock) -> None:
    crowded.review.answer(crowded.review.queue().ids[0], Rating.GOOD)
    crowded.breaks.do(away(crowded))
    assert crowded.breaks.current() is None
    assert crowded.today.view().break_until is None
    clock.next_day(3)
    first, last = crowded.breaks.breaks()[0]
    assert crowded.breaks.current() == (first, last)
    assert crowded.today.view().break_until == last
    assert review_day(crowded.context).break_until == last
    clock.next_day((last - first).days)
    assert crowded.today.view().break_until == last
    assert crowded.today.view().streak == 0, "two days before the break had nothing either"
    clock.moment -= timedelta(days=(last - first).days + 2)
    for _ in range(2):
        crowded.inbox.capture("a thought")
        clock.next_day()
    clock.next_day((last - first).days + 1)
    assert crowded.today.view().streak == 3
    assert crowded.progress.view().streak == 3
    clock.next_day()
    assert crowded.today.view().streak == 0
