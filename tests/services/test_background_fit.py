"""The fit after sessions: when it is due, what it keeps, what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.fitting import Answer
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.services.background_fit import FIT_EVERY
from studyctl.services.fit import FitService
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import log_many
from studyctl.storage.repositories.settings import load_settings, save_settings
from studyctl.storage.repositories.weights import Attempt, load_attempt, load_weights, note_attempt
from studyctl.storage.undo import digest
from tests.helpers import FakeClock
from tests.seeded_reviews import seed_reviews
from tests.services.test_fit import entry, fill, state
from tests.services.test_review_statistics import CARDS


def attempt(container: Container) -> Attempt | None:
    """What was noted."""
    with container.context.database.read() as connection:
        return load_attempt(connection)


def note(container: Container, answers: int) -> None:
    """An attempt after so many answers."""
    with container.context.database.maintain() as connection:
        note_attempt(connection, Attempt("2026-01-01", answers, False))


def answers(container: Container) -> int:
    """All that stand."""
    return container.progress.view().reviews_total


def test_a_short_log_is_not_looked_at(container: Container) -> None:
    assert not container.background_fit.due()
    lines = seed_reviews(container, CARDS, 100)
    assert 100 < len(lines) < 400
    assert not container.background_fit.due()
    assert container.background_fit.after_session() is None
    assert attempt(container) is None


def test_it_is_due_again_after_enough_new_answers(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    assert container.background_fit.due()
    for missing, due in ((1, False), (0, True)):
        note(container, answers(container) - FIT_EVERY + missing)
        assert container.background_fit.due() is due


def test_it_can_be_switched_off(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    with container.context.database.write("settings", "arrange") as transaction:
        settings = load_settings(transaction.connection)
        save_settings(transaction, replace(settings, background_fit=False))
    assert not container.background_fit.due()
    assert container.background_fit.after_session() is None


def test_better_weights_are_kept_and_no_card_is_moved(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    with container.context.database.read() as connection:
        before = all_memory(connection, Subject.CARD)
    kept = container.background_fit.after_session()
    assert kept is not None
    assert kept.stored
    assert FitService(container.context).weights() == kept.fit.new_weights
    assert kept.load is not None
    assert kept.load.moved > 0, "it says what rescheduling would do"
    with container.context.database.read() as connection:
        assert all_memory(connection, Subject.CARD) == before
        (past,) = load_weights(connection).history
    assert past.old_weights == DEFAULT_WEIGHTS, "the old weights are not lost"
    noted = attempt(container)
    assert noted is not None
    assert noted.accepted
    assert (noted.change, noted.bound) == (kept.fit.change.mean, kept.fit.change.bound)
    assert container.background_fit.after_session() is None, "not before enough new answers"


def test_it_is_one_act_and_does_not_come_back_after_its_undo(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    before = state(container)
    finding = container.background_fit.look()
    assert state(container) == before, "a look changes nothing"
    container.background_fit.store(finding)
    last = container.undo.last()
    assert last is not None
    assert (last.scope, last.summary) == ("settings", "fit weights")
    container.undo.undo()
    assert FitService(container.context).weights() == DEFAULT_WEIGHTS
    assert not container.background_fit.due()


def test_the_act_alone_is_undone_to_the_digest(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    seen = FitService(container.context).look()
    with container.context.database.read() as connection:
        before, differing = digest(connection), compare(connection)
    assert FitService(container.context).keep(seen).value.stored
    assert state(container) != before
    container.undo.undo()
    with container.context.database.read() as connection:
        assert digest(connection) == before
        assert compare(connection) == differing


def test_weights_that_are_no_better_are_declined_and_noted(container: Container, clock: FakeClock) -> None:
    fill(container, clock, DEFAULT_WEIGHTS)
    before = container.undo.last()
    assert container.background_fit.after_session() is None
    noted = attempt(container)
    assert noted is not None
    assert (noted.accepted, noted.answers, noted.date) == (False, answers(container), "2026-11-02")
    assert noted.bound is not None
    assert noted.bound > 0
    assert container.undo.last() == before, "no act of the user"
    assert not container.background_fit.due()


def test_too_few_days_are_noted_as_well(container: Container) -> None:
    with container.context.database.write("review", "arrange") as transaction:
        log_many(transaction, (entry(f"card-{n}", Answer(700_000, 3), new=True) for n in range(450)))
    assert container.background_fit.due()
    assert container.background_fit.after_session() is None
    assert attempt(container) == Attempt("2026-11-02", 450, False)
    assert not container.background_fit.due()


def test_weights_stored_in_between_are_not_overwritten(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    finding = container.background_fit.look()
    others = FitService(container.context).refit().value.fit.new_weights
    with container.context.database.write("settings", "arrange") as transaction:
        settings = load_settings(transaction.connection)
        save_settings(transaction, replace(settings, fsrs_weights=(others[0] * 1.5, *others[1:])))
    assert container.background_fit.store(finding).value is None
    assert FitService(container.context).weights()[0] == pytest.approx(others[0] * 1.5)


def test_a_fit_by_hand_counts_as_an_attempt_while_it_stands(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    FitService(container.context).refit()
    assert not container.background_fit.due()
    container.undo.undo()
    assert container.background_fit.due()


def test_after_an_answer_is_taken_back_nothing_is_due_too_early(container: Container, clock: FakeClock) -> None:
    fill(container, clock)
    note(container, answers(container) - FIT_EVERY)
    container.review.answer("one-01", Rating.GOOD)
    container.undo.undo("review")
    assert container.background_fit.due()
    note(container, answers(container))
    assert not container.background_fit.due()
