"""The first start asks two questions at most; enter skips both."""

from __future__ import annotations

from datetime import date

import pytest
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.tui.screens.onboarding import OnboardingScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import MakeApp, Snap, press, settled


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10)])
def test_two_questions(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(first_start=True), size)


async def test_enter_twice_takes_the_defaults_and_shows_day_one(make_app: MakeApp, services: Container) -> None:
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter", "enter")
        settings = services.settings.get()
        assert settings.start_date == date(2026, 3, 2)
        assert settings.hours_per_day == 4
        assert isinstance(pilot.app.screen, TodayScreen)
        assert "Day 1/90" in str(pilot.app.screen.query_one("#head", Static).content)


async def test_own_answers_are_stored(make_app: MakeApp, services: Container) -> None:
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"2026-02-28", "enter", *"2.5", "enter")
        settings = services.settings.get()
        assert settings.start_date == date(2026, 2, 28)
        assert settings.hours_per_day == 2.5


async def test_a_wrong_date_is_explained_and_asked_again(make_app: MakeApp, services: Container) -> None:
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"soon", "enter")
        assert "'soon' is not a date" in pilot.app.screen.query_one(StatusLine).text
        assert pilot.app.focused is pilot.app.screen.query_one("#start-date")
        pilot.app.screen.query_one("#start-date", Input).value = ""
        await press(pilot, "enter", *"many", "enter")
        assert "not a number of hours" in pilot.app.screen.query_one(StatusLine).text
        assert services.settings.is_first_start()


async def test_other_screens_wait_for_the_answers(make_app: MakeApp) -> None:
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f1", "escape")
        assert isinstance(pilot.app.screen, OnboardingScreen)


async def test_it_is_asked_only_once(make_app: MakeApp) -> None:
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter", "enter")
    async with make_app(first_start=True).run_test() as pilot:
        await settled(pilot)
        assert isinstance(pilot.app.screen, TodayScreen)
