"""The fit behind the screens: after a session, while nothing must stay still, and told once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import pytest
from textual.pilot import Pilot

from studyctl.container import Container
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import DataError
from studyctl.paths import Paths
from studyctl.services.background_fit import BackgroundFit, Finding
from studyctl.services.fit import FitService
from studyctl.tui.app import StudyApp
from studyctl.tui.controllers.keep import kept
from studyctl.tui.screens.review import ReviewScreen
from studyctl.tui.widgets.status_line import StatusLine
from tests.services.test_fit import fill
from tests.tui.conftest import FrozenClock, MakeApp, press, settled, with_small_content


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Small content opens quickly."""
    return with_small_content(tmp_path)


@pytest.fixture(autouse=True)
def _no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests say when two seconds have passed."""
    monkeypatch.setattr("studyctl.tui.app.WATCH_SECONDS", 3600.0)


@pytest.fixture
def filled(services: Container, clock: FrozenClock) -> Container:
    """A year of answers by somebody who forgets quickly."""
    fill(services, clock)  # type: ignore[arg-type]
    return services


def app_of(pilot: Pilot[Any]) -> StudyApp:
    """The application."""
    assert isinstance(pilot.app, StudyApp)
    return pilot.app


async def a_while(pilot: Pilot[Any]) -> None:
    """What the application does every two seconds, until no fit is under way."""
    await settled(pilot)
    app_of(pilot).watch_outside()
    await settled(pilot)
    while kept(app_of(pilot)).fit.busy:
        app_of(pilot).watch_outside()
        await settled(pilot)
        await asyncio.sleep(0.01)
    app_of(pilot).watch_outside()
    await settled(pilot)


def said(pilot: Pilot[Any]) -> str:
    """The status line."""
    return pilot.app.screen.query_one(StatusLine).text


def weights(services: Container) -> tuple[float, ...]:
    """Those that stand."""
    return FitService(services.context).weights()


async def test_after_a_session_better_weights_are_kept_and_told_once_on_today(
    make_app: MakeApp, filled: Container
) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "escape")
        await a_while(pilot)
        assert weights(filled) != DEFAULT_WEIGHTS
        assert said(pilot).startswith("Weights fitted: log loss 0.")
        assert "`studyctl review fit --reschedule` would move" in said(pilot)
        pilot.app.screen.say("")  # type: ignore[attr-defined]
        await a_while(pilot)
        assert said(pilot) == ""


async def test_nothing_begins_and_nothing_is_stored_while_a_card_is_on_screen(
    make_app: MakeApp, filled: Container
) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3")
        fit = kept(app_of(pilot)).fit
        app_of(pilot).watch_outside()
        await settled(pilot)
        assert not fit.busy
        await press(pilot, "escape")
        app_of(pilot).watch_outside()
        await settled(pilot)
        assert fit.busy
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, ReviewScreen)
        while fit._finding is None:
            await pilot.pause(0.01)
        app_of(pilot).watch_outside()
        await settled(pilot)
        assert weights(filled) == DEFAULT_WEIGHTS
        await press(pilot, "escape")
        await a_while(pilot)
        assert weights(filled) != DEFAULT_WEIGHTS


async def test_the_fit_has_a_thread_of_its_own_and_the_screens_go_on(
    make_app: MakeApp, filled: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, threads = Event(), []
    real = BackgroundFit.look

    def slow(self: BackgroundFit) -> Finding:
        threads.append(get_ident())
        released.wait()
        return real(self)

    monkeypatch.setattr(BackgroundFit, "look", slow)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "escape")
        app_of(pilot).watch_outside()
        await settled(pilot)
        assert kept(app_of(pilot)).fit.busy
        await press(pilot, "r", "space", "2")
        assert filled.undo.last("review").summary.endswith("Hard")  # type: ignore[union-attr]
        released.set()
        await press(pilot, "escape")
        await a_while(pilot)
    assert len(threads) == 1
    assert threads[0] != get_ident()


async def test_leaving_the_program_waits_for_a_fit_and_stores_it(make_app: MakeApp, filled: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "escape")
        app_of(pilot).watch_outside()
        await settled(pilot)
        assert kept(app_of(pilot)).fit.busy
    assert weights(filled) != DEFAULT_WEIGHTS


async def test_without_an_answer_or_with_too_few_nothing_is_fitted(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "escape")
        await a_while(pilot)
        assert services.statistics.view().attempt is None


async def test_a_fit_that_fails_is_not_told(
    make_app: MakeApp, filled: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: BackgroundFit) -> Finding:
        raise DataError("The database is locked by another program.")

    monkeypatch.setattr(BackgroundFit, "look", fails)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "3", "escape")
        await a_while(pilot)
        assert said(pilot) == ""
        assert weights(filled) == DEFAULT_WEIGHTS
