"""Interview: the clock, confidence before the rubric, the rubric, the score and its undo."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from studyctl.container import Container
from studyctl.domain.interview import AnswerMode, Attempt
from studyctl.errors import DataError
from studyctl.storage.repositories.interview_log import attempts
from studyctl.tui.controllers.interview_session import Stage, clock
from studyctl.tui.screens.interview import InterviewScreen
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

SIZES = [(80, 24), (120, 40)]
TO_RUBRIC = ("w", "h", "y", "f5", "3")
TO_SCORE = (*TO_RUBRIC, "space", "j", "space", "enter")


def screen(pilot: Pilot[Any]) -> InterviewScreen:
    """The interview screen."""
    assert isinstance(pilot.app.screen, InterviewScreen)
    return pilot.app.screen


def words(pilot: Pilot[Any], name: str = "words") -> str:
    """The text of one part of the screen."""
    return str(screen(pilot).query_one(f"#{name}", Static).content)


def stored(services: Container) -> list[Attempt]:
    """Attempts that stand."""
    with services.context.database.read() as connection:
        return attempts(connection)


def answer_today(services: Container, ticked: int = 1) -> None:
    """Answer what today asks, outside of the application."""
    services.settings.first_start()
    while (asked := services.interview.next()) is not None:
        services.interview.answer(
            asked.question.id,
            ticked=frozenset(range(ticked)),
            confidence=4,
            seconds=200,
            mode=AnswerMode.TYPED,
            answer="Layers are stacked.",
        )


@pytest.mark.parametrize("size", SIZES)
def test_the_question_with_its_clock(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("interview"), size)


@pytest.mark.parametrize("size", SIZES)
def test_spoken(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("interview"), size, "f4")


@pytest.mark.parametrize("size", SIZES)
def test_confidence_comes_before_the_rubric(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("interview"), size, "w", "h", "y", "f5")


@pytest.mark.parametrize("size", SIZES)
def test_the_rubric_beside_the_answer(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("interview"), size, *TO_RUBRIC, "space", "j")


@pytest.mark.parametrize("size", SIZES)
def test_score_and_model_answer(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("interview"), size, *TO_SCORE)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_scheduled(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    answer_today(services)
    assert snap(make_app("interview"), size)


@pytest.mark.parametrize("size", SIZES)
def test_earlier_attempts_unfolded(
    make_app: MakeApp, services: Container, clock: FrozenClock, snap: Snap, size: tuple[int, int]
) -> None:
    answer_today(services)
    clock.advance(days=10)
    assert snap(make_app("interview"), size, "f4", "f5", "2", "z")


async def test_an_attempt_is_stored_as_it_was_given(make_app: MakeApp, services: Container, clock: FrozenClock) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        asked = services.interview.next()
        assert asked is not None
        clock.advance(seconds=75)
        await press(pilot, *TO_SCORE)
        (attempt,) = stored(services)
        assert (attempt.question_id, attempt.answer, attempt.mode) == (asked.question.id, "why", AnswerMode.TYPED)
        assert (attempt.seconds, attempt.confidence, attempt.ticked) == (75, 3, (0, 1))
        assert f"Score {attempt.score:.0%}" in words(pilot)
        assert "Comes back in" in words(pilot)


async def test_the_clock_counts_on_past_the_end(make_app: MakeApp, clock: FrozenClock) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        minutes = screen(pilot)._session.interview.question.minutes  # type: ignore[union-attr]
        assert words(pilot, "clock") == f"00:00 of {minutes:02d}:00"
        clock.advance(minutes=minutes, seconds=9)
        screen(pilot)._show_clock()
        assert words(pilot, "clock") == f"{minutes:02d}:09 of {minutes:02d}:00"


async def test_a_spoken_answer_keeps_no_text(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "a", "f4", "f5", "5", "enter")
        (attempt,) = stored(services)
        assert (attempt.mode, attempt.answer, attempt.confidence, attempt.ticked) == (AnswerMode.SPOKEN, "", 5, ())


async def test_f4_goes_back_to_typing_with_the_text(make_app: MakeApp) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "a", "f4", "f4")
        assert screen(pilot).focused is screen(pilot).query_one(TextArea)
        assert screen(pilot).query_one(TextArea).text == "a"


async def test_the_rubric_stays_hidden_until_confidence(make_app: MakeApp) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f5", "space", "enter")
        assert screen(pilot)._session.stage is Stage.CONFIDENCE
        assert not screen(pilot).query_one("#rubric").is_on_screen
        await press(pilot, "1")
        assert screen(pilot)._session.stage is Stage.RUBRIC


async def test_space_ticks_and_unticks_the_point_under_the_cursor(make_app: MakeApp) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *TO_RUBRIC, "j", "space")
        assert screen(pilot)._session.ticked == {1}
        assert screen(pilot).query_one(RowList).rows[1].text.startswith("[x]")
        await press(pilot, "k", "space", "j", "space")
        assert screen(pilot)._session.ticked == {0}


async def test_enter_after_the_score_looks_for_the_next_question(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *TO_SCORE, "enter")
        assert "No question is scheduled for now." in words(pilot)
        await press(pilot, "enter")
        assert screen(pilot)._session.stage is Stage.ANSWER
        assert len(stored(services)) == 1


async def test_a_question_due_later_can_be_taken_today(make_app: MakeApp, services: Container) -> None:
    answer_today(services)
    unseen = services.interview.next(ahead=True)
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert screen(pilot)._session.interview == unseen


async def test_undo_asks_the_same_question_again_after_a_restart(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *TO_SCORE)
    asked = stored(services)[0].question_id
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u")
        assert stored(services) == []
        assert screen(pilot)._session.interview.question.id == asked  # type: ignore[union-attr]


async def test_undo_does_not_throw_a_running_question_away(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *TO_SCORE, "enter", "enter", "f4", "u")
        assert screen(pilot)._session.stage is Stage.ANSWER
        assert len(stored(services)) == 1
        assert "leave it first" in screen(pilot).query_one(StatusLine).text


async def test_a_failed_write_keeps_the_ticks_and_says_why(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("interview")

    def full(*_arguments: Any, **_named: Any) -> Any:
        raise DataError("The disk is full.")

    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *TO_RUBRIC, "space")
        assert app.desk.container is not None
        with monkeypatch.context() as patch:
            patch.setattr(app.desk.container.interview, "answer", full)
            await press(pilot, "enter")
        assert "The disk is full." in screen(pilot).query_one(StatusLine).text
        assert screen(pilot)._session.ticked == {0}
        await press(pilot, "enter")
        assert [attempt.ticked for attempt in stored(services)] == [(0,)]


async def test_leaving_half_way_keeps_the_answer_and_the_clock(make_app: MakeApp, clock: FrozenClock) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "a", "b", "escape")
        clock.advance(seconds=30)
        await press(pilot, "v")
        assert screen(pilot).query_one(TextArea).text == "ab"
        assert words(pilot, "clock").startswith("00:30")


async def test_copy_takes_the_question(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test() as pilot:
        await settled(pilot)
        asked = services.interview.next()
        assert asked is not None
        await press(pilot, "f4", "y")
        assert pilot.app.clipboard == asked.question.prompt


async def test_a_tiny_terminal_does_not_crash(make_app: MakeApp, services: Container) -> None:
    async with make_app("interview").run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await press(pilot, *TO_SCORE)
        assert len(stored(services)) == 1


def test_the_clock_shows_minutes_and_seconds() -> None:
    assert [clock(seconds) for seconds in (0, 9, 60, 252, 6000)] == ["00:00", "00:09", "01:00", "04:12", "100:00"]
