"""Review: recall, reveal, rate, undo, and a write that fails."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.errors import DataError
from studyctl.tui.app import StudyApp
from studyctl.tui.screens.review import ReviewScreen
from studyctl.tui.widgets.card_view import CardView, RatingBar
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

SIZES = [(80, 24), (120, 40)]
SMALL_LIMIT = 2


def screen(pilot: Pilot[Any]) -> ReviewScreen:
    """The review screen."""
    assert isinstance(pilot.app.screen, ReviewScreen)
    return pilot.app.screen


def shown(pilot: Pilot[Any]) -> str:
    """Id of the card on screen."""
    card = screen(pilot).query_one(CardView).shown
    return card.id if card else ""


def bar(pilot: Pilot[Any]) -> str:
    """The line of ratings."""
    return str(screen(pilot).query_one(RatingBar).content)


def container(app: StudyApp) -> Container:
    """The application's own services."""
    assert app.desk.container is not None
    return app.desk.container


def answer_all(services: Container) -> None:
    """Empty the queue of today."""
    while (prompt := services.review.next()) is not None:
        services.review.answer(prompt.card.id, Rating.EASY, 5_000)


@pytest.mark.parametrize("size", SIZES)
def test_recalling_shows_the_front_alone(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("review"), size)


@pytest.mark.parametrize("size", SIZES)
def test_revealed_shows_back_source_and_intervals(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app("review"), size, "space", "3", "space")


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_queue_says_what_was_done_and_what_comes(
    make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]
) -> None:
    services.settings.first_start()
    answer_all(services)
    assert snap(make_app("review"), size)


@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
async def test_a_number_stores_that_rating(make_app: MakeApp, services: Container, key: str) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        await press(pilot, "space", key)
        assert services.undo.last("review").summary == f"rate {first} {Rating(int(key)).label}"  # type: ignore[union-attr]
        assert shown(pilot) not in ("", first)
        assert f"last: {Rating(int(key)).label}" in bar(pilot)


async def test_enter_rates_good_after_the_reveal(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert services.progress.view().reviews_total == 0
        await press(pilot, "space", "enter")
        assert services.undo.last("review").summary.endswith("Good")  # type: ignore[union-attr]


async def test_before_the_reveal_no_rating_and_no_interval(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "1", "2", "3", "4")
        assert services.progress.view().reviews_total == 0
        assert bar(pilot) == ""
        assert not screen(pilot).query_one("#back").display


async def test_every_button_shows_its_next_interval(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        preview = services.review.prompt(shown(pilot)).preview
        await press(pilot, "space")
        for rating, scheduled in preview.items():
            assert f"{rating.value} {rating.label} {scheduled.label}" in bar(pilot)


async def test_the_next_card_is_painted_before_the_write_returns(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        first, upcoming = shown(pilot), screen(pilot)._session.upcoming[0].card.id
        painted: list[str] = []
        real = container(app).review.answer

        def slow(*arguments: Any) -> Any:
            painted.append(shown(pilot))
            return real(*arguments)

        monkeypatch.setattr(container(app).review, "answer", slow)
        screen(pilot).action_reveal()
        screen(pilot).action_rate(3)
        assert shown(pilot) == upcoming != first
        await settled(pilot)
        assert painted == [upcoming]


async def test_a_failed_write_brings_the_card_back_and_says_why(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)

        def full(*_arguments: Any) -> Any:
            raise DataError("The disk is full.", "Make room, then rate again.")

        with monkeypatch.context() as patch:
            patch.setattr(container(app).review, "answer", full)
            await press(pilot, "space", "3")
        assert shown(pilot) == first
        assert screen(pilot)._session.revealed
        assert "The disk is full." in screen(pilot).query_one(StatusLine).text
        assert "last" not in bar(pilot)
        await press(pilot, "3")
        assert services.progress.view().reviews_total == 1
        assert screen(pilot).query_one(StatusLine).text == ""


async def test_two_quick_ratings_survive_a_failure_of_the_first(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        real = container(app).review.answer

        def once(card_id: str, *arguments: Any) -> Any:
            if card_id == first:
                raise DataError("The disk is full.")
            return real(card_id, *arguments)

        monkeypatch.setattr(container(app).review, "answer", once)
        for _ in range(2):
            screen(pilot).action_reveal()
            screen(pilot).action_rate(3)
        await settled(pilot)
        assert shown(pilot) == first
        assert services.progress.view().reviews_total == 1


async def test_a_card_that_another_program_answered_is_not_asked_again(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        services.review.answer(first, Rating.EASY)
        await press(pilot, "space", "3")
        assert shown(pilot) not in ("", first)
        assert "is due in" in screen(pilot).query_one(StatusLine).text
        assert screen(pilot)._session.answered == []
        assert services.progress.view().reviews_total == 1


async def test_undo_shows_the_card_again(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        await press(pilot, "space", "1", "u")
        assert shown(pilot) == first
        assert not screen(pilot)._session.revealed
        assert services.progress.view().reviews_total == 0
        assert "last" not in bar(pilot)


async def test_undo_works_after_a_restart(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        await press(pilot, "space", "4")
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        assert shown(pilot) != first
        await press(pilot, "u")
        assert shown(pilot) == first
        assert services.progress.view().reviews_total == 0


async def test_undo_without_an_answer_says_so(make_app: MakeApp) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        card = shown(pilot)
        await press(pilot, "u")
        assert shown(pilot) == card
        assert "nothing to undo" in screen(pilot).query_one(StatusLine).text


async def test_the_time_from_paint_to_rating_is_stored(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        clock.advance(seconds=7)
        await press(pilot, "space")
        clock.advance(seconds=2)
        await press(pilot, "3")
    from studyctl.storage.repositories.review_log import reviews

    with services.context.database.read() as connection:
        assert [entry.duration_ms for entry in reviews(connection)] == [9_000]


async def test_escape_keeps_the_progress_and_leads_to_today(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "space", "escape")
        assert pilot.app.screen.HEADING == "Today"  # type: ignore[attr-defined]
        assert services.progress.view().reviews_total == 1


async def test_the_last_card_leads_to_the_end_page(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        for _ in range(services.review.queue().counts.total):
            await press(pilot, "space", "4")
        text = str(screen(pilot).query_one("#nothing", Static).content)
        assert "Nothing is due now." in text
        assert "Easy)" in text
        assert "Next: " in text


async def test_help_and_back_keep_the_turned_card(make_app: MakeApp) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "space")
        card = shown(pilot)
        await press(pilot, "question_mark", "escape")
        assert shown(pilot) == card
        assert screen(pilot)._session.revealed


async def test_copy_takes_what_is_visible(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        card = services.review.prompt(shown(pilot)).card
        await press(pilot, "y")
        assert pilot.app.clipboard == card.front
        await press(pilot, "space", "y")
        assert card.back in pilot.app.clipboard


async def test_a_tiny_terminal_does_not_crash(make_app: MakeApp) -> None:
    async with make_app("review").run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "space", "1")
        assert shown(pilot)
