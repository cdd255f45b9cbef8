"""Refitting the user's own log: one act, one undo, and a look that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from studyctl.container import Container
from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.clock import study_day
from studyctl.domain.fitting import Answer, memories
from studyctl.domain.replay import replay
from studyctl.domain.scheduling import Moment
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import ConflictError
from studyctl.services.fit import PREVIEW_DAYS, FitService
from studyctl.services.schedulers import scheduler_for
from studyctl.storage.repositories.histories import histories
from studyctl.storage.repositories.memory import Subject, all_memory, save_memory
from studyctl.storage.repositories.review_log import card_acts, log_many
from studyctl.storage.undo import digest
from tests.helpers import FakeClock
from tests.simulated_log import QUICK_FORGETTER, simulated_log

DAYS = 365


def fill(container: Container, clock: FakeClock, weights: Sequence[float] = QUICK_FORGETTER) -> None:
    """A year of answers that ends today, and the memory that they left."""
    start = study_day(clock.now()) - DAYS
    with container.context.database.write("review", "arrange") as transaction:
        log = simulated_log(weights, 3000, seed=6, days=DAYS)
        known = memories(log.values(), DEFAULT_WEIGHTS)
        for (card, answers), (stability, difficulty) in zip(log.items(), known, strict=True):
            for n, (day, rating) in enumerate(answers):
                log_many(transaction, [entry(card, Answer(start + day, rating), new=n == 0)])
            last = start + answers[-1].day
            due_day = last + max(1, round(stability))
            memory = Memory(Phase.REVIEW, stability, difficulty, due_day=due_day, last_day=last, reps=len(answers))
            save_memory(transaction, Subject.CARD, card, memory)


def entry(card: str, answer: Answer, new: bool) -> ReviewEntry:
    """One line of the log."""
    phase = Phase.NEW if new else Phase.REVIEW
    at = answer.day * 86_400_000
    return ReviewEntry(0, card, Rating(answer.rating), at, answer.day, phase, 0, None, None, 0, 5000)


def state(container: Container) -> str:
    """Digest of everything that undo restores."""
    with container.context.database.read() as connection:
        return digest(connection)


def test_a_look_changes_nothing(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    before = state(container)
    seen = FitService(container.context).look()
    assert seen.fit.accepted
    assert not seen.stored
    assert seen.load is not None
    assert state(container) == before


def test_the_next_answer_uses_the_fitted_weights_until_they_are_undone(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    moment = Moment(0, study_day(clock.now()))
    before = scheduler_for(container.context.settings()).answer("x", Memory(), Rating.EASY, moment)
    fitted = FitService(container.context).refit().value.fit.new_weights
    after = scheduler_for(container.context.settings()).answer("x", Memory(), Rating.EASY, moment)
    assert container.context.settings().fsrs_weights == pytest.approx(fitted)
    assert after.memory.stability != before.memory.stability
    assert after.memory.stability == pytest.approx(fitted[3], rel=0.01), (
        "the fourth weight is the stability of a first Easy"
    )
    container.undo.undo()
    assert scheduler_for(container.context.settings()).answer("x", Memory(), Rating.EASY, moment) == before


def test_a_better_fit_is_kept_with_its_numbers_and_undone_in_one_act(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    before = state(container)
    service = FitService(container.context)
    done = service.refit(reschedule=True).value
    assert done.stored
    assert service.weights() == done.fit.new_weights
    (past,) = done.history
    assert (past.date, past.algo, past.reviews) == ("2026-11-02", "FSRS-6", done.fit.reviews)
    assert past.new_log_loss < past.old_log_loss
    assert past.old_weights == DEFAULT_WEIGHTS
    container.undo.undo()
    assert state(container) == before
    assert service.weights() == DEFAULT_WEIGHTS


def test_a_second_fit_of_the_same_log_is_no_better_and_history_stays(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    service = FitService(container.context)
    kept = service.refit().value.fit.new_weights
    again = service.refit().value
    assert not again.stored
    assert again.load is None
    assert service.weights() == kept
    assert len(again.history) == 1


def test_rescheduling_twice_gives_the_same_due_dates_and_the_load_that_was_shown(
    container: Container, clock: FakeClock
) -> None:
    fill(container, clock)
    service = FitService(container.context)
    shown = service.look().load
    assert shown is not None
    assert len(shown.before) == PREVIEW_DAYS
    assert shown.after[0] > shown.before[0], "a quick forgetter needs earlier reviews"
    done = service.refit(reschedule=True).value
    assert done.load == shown
    assert shown.moved > 0
    after = state(container)
    assert service.refit(reschedule=True).value.load == type(shown)(shown.after, shown.after, 0)
    assert state(container) == after


def test_without_rescheduling_no_card_moves(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    with container.context.database.read() as connection:
        before = all_memory(connection, Subject.CARD)
    FitService(container.context).refit()
    with container.context.database.read() as connection:
        assert all_memory(connection, Subject.CARD) == before


def test_histories_leave_out_what_was_undone_and_cards_that_begin_in_the_middle(container: Container) -> None:
    for card, day, new in (("whole", 1, True), ("middle", 1, False), ("whole", 4, False)):
        with container.context.database.write("review", "arrange") as transaction:
            log_many(transaction, [entry(card, Answer(day, 3), new)])
    with container.context.database.read() as connection:
        assert histories(connection) == {"whole": [Answer(1, 3), Answer(4, 3)]}
    container.undo.undo()
    with container.context.database.read() as connection:
        assert histories(connection) == {"whole": [Answer(1, 3)]}


def test_only_answers_count_and_a_card_made_new_again_begins_anew(container: Container, clock: FakeClock) -> None:
    for act in ("one-01", "one-02"):
        container.review.answer(act, Rating.EASY)
    clock.next_day(30)
    container.review.answer("one-01", Rating.GOOD)
    container.cards.suspend(["one-01"])
    container.cards.resume(["one-01"])
    container.cards.move(["one-01"], 0)
    container.cards.forget(["one-02"])
    today = study_day(clock.now())
    with container.context.database.read() as connection:
        assert histories(connection) == {"one-01": [Answer(today - 30, 4), Answer(today, 3)]}
    clock.next_day()
    container.review.answer("one-02", Rating.HARD)
    with container.context.database.read() as connection:
        assert histories(connection)["one-02"] == [Answer(today + 1, 2)]
    container.undo.undo("review")
    container.undo.undo("review")
    with container.context.database.read() as connection:
        assert histories(connection)["one-02"] == [Answer(today - 30, 4)], "the forgetting was taken back"


def test_imported_memory_is_no_answer(container: Container, clock: FakeClock) -> None:
    container.review.answer("one-01", Rating.EASY)
    memory = Memory(Phase.REVIEW, 50.0, 5.0, due_day=800_000, last_day=739_000, reps=9)
    moment = Moment(0, study_day(clock.now()))
    with container.context.database.write("review", "import") as transaction:
        log_many(transaction, [act_line(CardAct.IMPORT, "one-01", Memory(), moment, memory)])
        log_many(transaction, [act_line(CardAct.IMPORT, "one-03", Memory(), moment, memory)])
    with container.context.database.read() as connection:
        assert histories(connection) == {"one-01": [Answer(moment.day, 4)]}


def test_a_short_log_is_refused(container: Container) -> None:
    with pytest.raises(ConflictError, match="0 reviews"):
        FitService(container.context).refit()


def test_rescheduled_memory_follows_from_the_log(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    FitService(container.context).refit(reschedule=True)
    with container.context.database.read() as connection:
        stored, log = all_memory(connection, Subject.CARD), list(card_acts(connection))
    moved = {entry.card_id for entry in log if entry.act is CardAct.RESCHEDULE}
    assert moved
    derived = replay(log)
    assert {card: derived[card] for card in moved} == {card: stored[card] for card in moved}
    container.undo.undo()
    with container.context.database.read() as connection:
        assert not any(entry.act is CardAct.RESCHEDULE for entry in card_acts(connection))


def test_a_fit_reads_answers_only_and_a_forgotten_card_begins_anew(container: Container, clock: FakeClock) -> None:
    day = study_day(clock.now())
    rows = [
        entry("a", Answer(day - 9, 3), new=True),
        replace(entry("a", Answer(day - 8, 3), new=False), rating=None, act=CardAct.SUSPEND),
        entry("a", Answer(day - 5, 4), new=False),
        entry("b", Answer(day - 9, 1), new=True),
        replace(entry("b", Answer(day - 4, 3), new=False), rating=None, act=CardAct.FORGET),
        entry("b", Answer(day - 3, 2), new=True),
        entry("c", Answer(day - 3, 2), new=True),
        replace(entry("c", Answer(day - 2, 3), new=False), rating=None, act=CardAct.FORGET),
    ]
    with container.context.database.write("review", "arrange") as transaction:
        for row in rows:
            log_many(transaction, [row])
        found = histories(transaction.connection)
    assert found == {"a": [Answer(day - 9, 3), Answer(day - 5, 4)], "b": [Answer(day - 3, 2)]}
