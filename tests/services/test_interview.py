"""Mock interviews: one new question a day, due ones first, and a score that sets the next date."""

from __future__ import annotations

from typing import Any

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Phase, Rating
from studyctl.domain.interview import AnswerMode
from studyctl.domain.outcome import Area
from studyctl.errors import NotFoundError, UsageError
from studyctl.services.days import OpenItems
from studyctl.services.interview import InterviewCounts, Scored
from studyctl.storage.repositories.memory import memory_of
from tests.helpers import FakeClock, House, last_act_id

ALL = frozenset({0, 1, 2})


def answer(container: Container, question_id: str, ticked: frozenset[int] = ALL, **changes: Any) -> Scored:
    """Answer a question well, if nothing else is said."""
    named: dict[str, Any] = {"ticked": ticked, "confidence": 3, "seconds": 90, "mode": AnswerMode.TYPED} | changes
    return container.interview.answer(question_id, **named).value


def asked(container: Container, ahead: bool = False) -> str | None:
    """Id of the next question."""
    interview = container.interview.next(ahead)
    return None if interview is None else interview.question.id


def test_one_new_question_a_day_is_asked(container: Container, clock: FakeClock) -> None:
    assert container.interview.counts() == InterviewCounts(due=0, new=1)
    assert asked(container) == "p90/1/question/1"
    answer(container, "p90/1/question/1")
    assert container.interview.counts() == InterviewCounts(due=0, new=0)
    assert asked(container) is None
    clock.next_day()
    assert container.interview.counts().total == 1
    assert asked(container) == "p90/1/question/2"


def test_the_daily_limit_is_free_again_when_the_attempt_was_undone(container: Container) -> None:
    answer(container, "p90/1/question/1")
    container.undo.undo("interview")
    assert container.interview.counts() == InterviewCounts(due=0, new=1)
    assert asked(container) == "p90/1/question/1"


def test_a_due_question_comes_before_a_new_one(container: Container, clock: FakeClock) -> None:
    scored = answer(container, "p90/1/question/1", frozenset())
    assert scored.next_in_days == 1
    clock.next_day()
    assert container.interview.counts() == InterviewCounts(due=1, new=1)
    interview = container.interview.next()
    assert interview is not None
    assert (interview.question.id, interview.due_in) == ("p90/1/question/1", 0)
    assert [attempt.score for attempt in interview.previous] == [0]
    answer(container, "p90/1/question/1")
    assert asked(container) == "p90/1/question/2"


def test_asking_ahead_offers_new_questions_first_and_then_the_next_date(container: Container) -> None:
    for question in ("p90/1/question/1", "p90/1/question/2"):
        assert asked(container, ahead=True) == question
        answer(container, question, frozenset({0}) if question.endswith("1") else ALL)
    assert asked(container) is None
    interview = container.interview.next(ahead=True)
    assert interview is not None
    assert interview.question.id == "p90/1/question/1"
    assert interview.due_in is not None
    assert interview.due_in > 0


@pytest.mark.parametrize(
    ("ticked", "score", "rating"),
    [
        (frozenset(), 0.0, Rating.AGAIN),
        (frozenset({1}), 0.25, Rating.AGAIN),
        (frozenset({0}), 0.5, Rating.HARD),
        (frozenset({0, 1}), 0.75, Rating.GOOD),
        (ALL, 1.0, Rating.EASY),
    ],
)
def test_the_key_points_give_score_rating_and_date(
    container: Container, clock: FakeClock, ticked: frozenset[int], score: float, rating: Rating
) -> None:
    scored = answer(container, "p90/1/question/1", ticked, answer="because", mode=AnswerMode.SPOKEN)
    assert (scored.attempt.score, scored.attempt.rating) == (score, rating)
    assert scored.next_in_days >= 1
    with container.context.database.read() as connection:
        memory = memory_of(connection, "p90/1/question/1")
    assert memory.phase is Phase.REVIEW
    assert memory.due_at is None
    assert memory.due_day == scored.attempt.day + scored.next_in_days
    clock.next_day(scored.next_in_days - 1)
    assert container.interview.counts().due == 0
    clock.next_day()
    assert container.interview.counts().due == 1


def test_a_better_answer_comes_back_later(container: Container) -> None:
    days = []
    for ticked in (frozenset[int](), frozenset({0}), frozenset({0, 1}), ALL):
        days.append(answer(container, "p90/1/question/1", ticked).next_in_days)
        container.undo.undo("interview")
    assert days == sorted(days)
    assert days[0] < days[-1]


def test_a_question_is_never_put_aside_however_often_it_fails(container: Container, clock: FakeClock) -> None:
    for _ in range(13):
        assert answer(container, "p90/1/question/1", frozenset()).next_in_days == 1
        clock.next_day()
        assert container.interview.counts().due == 1
    with container.context.database.read() as connection:
        memory = memory_of(connection, "p90/1/question/1")
    assert memory.lapses == 13
    assert not memory.suspended


def test_questions_of_the_newest_day_and_the_active_track_come_first(container: Container, clock: FakeClock) -> None:
    container.ticks.tick("p28/1/learn/1")
    container.days.close(OpenItems.DROP)
    assert asked(container) == "p90/2/question/1"
    container.settings.use_track("p28")
    assert asked(container) == "p28/1/answer/1"


def test_attempts_are_kept_across_restarts_with_all_they_had(house: House) -> None:
    stored = answer(house.open(), "p90/1/question/1", frozenset({2, 0}), answer="two\nlines", confidence=5)
    interview = house.reopened().interview.next(ahead=True)
    assert interview is not None
    house.clock.next_day(stored.next_in_days)
    interview = house.reopened().interview.next()
    assert interview is not None
    (attempt,) = interview.previous
    assert (attempt.ticked, attempt.answer, attempt.confidence, attempt.seconds, attempt.mode) == (
        (0, 2),
        "two\nlines",
        5,
        90,
        AnswerMode.TYPED,
    )


def test_an_answer_touches_interviews_and_no_cards(container: Container) -> None:
    before = container.review.queue()
    outcome = container.interview.answer(
        "p90/1/question/1", ticked=ALL, confidence=3, seconds=-5, mode=AnswerMode.TYPED
    )
    assert outcome.changes == {Area.INTERVIEW}
    assert outcome.value.attempt.seconds == 0
    assert container.review.queue() == before


@pytest.mark.parametrize(
    ("question", "changes", "error", "words"),
    [
        ("p90/1/question/9", {}, NotFoundError, "no interview question"),
        ("p90/1/question/1", {"confidence": 0}, UsageError, "from 1 to 5"),
        ("p90/1/question/1", {"confidence": 6}, UsageError, "from 1 to 5"),
        ("p90/1/question/1", {"ticked": frozenset({3})}, UsageError, "key points 1 to 3"),
        ("p90/1/question/1", {"ticked": frozenset({-1})}, UsageError, "key points 1 to 3"),
    ],
)
def test_an_answer_out_of_range_is_refused_and_leaves_no_trace(
    container: Container, question: str, changes: dict[str, Any], error: type[UsageError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        answer(container, question, **changes)
    assert caught.value.hint
    assert last_act_id(container) == 0
