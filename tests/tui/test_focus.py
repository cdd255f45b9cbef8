"""Focus: name, run, park thoughts, end; the sprint lives in the database and not in the screen."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Digits, Input, Static

from studyctl.container import Container
from studyctl.domain.sprint import SprintState
from studyctl.tui.app import StudyApp
from studyctl.tui.screens.focus import FocusScreen
from studyctl.tui.screens.inbox import InboxScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Prepare, Snap, press, settled

SIZES = [(80, 24), (120, 40)]


def focus(pilot: Pilot[Any]) -> FocusScreen:
    """The screen that is on top."""
    assert isinstance(pilot.app.screen, FocusScreen)
    return pilot.app.screen


def text(pilot: Pilot[Any], widget: str) -> str:
    """What a line shows."""
    return str(focus(pilot).query_one(widget, Static).content)


def run_out(clock: FrozenClock) -> Prepare:
    """Let the ten minutes pass, then let the screen look at the clock."""

    async def pass_time(pilot: Pilot[Any]) -> None:
        clock.advance(minutes=10)
        await pilot.pause(0.4)

    return pass_time


@pytest.fixture
def running(make_app: MakeApp, services: Container, clock: FrozenClock) -> StudyApp:
    """An application that opens on a sprint with 6:42 left and two parked thoughts."""
    app = make_app("sprint")
    services.sprints.start("tile the matmul")
    services.inbox.capture("swizzle = xor of row and column?")
    services.inbox.capture("ask about cp.async")
    clock.advance(minutes=3, seconds=18)
    return app


@pytest.mark.parametrize("size", SIZES)
def test_naming(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "s")


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
def test_running(running: StudyApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(running, size)


@pytest.mark.parametrize("size", SIZES)
def test_over(running: StudyApp, clock: FrozenClock, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(running, size, before=run_out(clock))


@pytest.mark.parametrize("size", SIZES)
def test_ended(running: StudyApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(running, size, "f8")


async def test_a_named_target_starts_ten_minutes(make_app: MakeApp, services: Container) -> None:
    async with make_app("sprint").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"tile it", "enter")
        status = services.sprints.status()
        assert status is not None
        assert status.sprint.target == "tile it"
        assert status.remaining_ms == 600_000
        assert focus(pilot).query_one(Digits).value == "10:00"


async def test_typing_replaces_the_prefilled_target(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "s", *"own words", "enter")
        status = services.sprints.status()
        assert status is not None
        assert status.sprint.target == "own words"
        assert status.sprint.item_id is None


async def test_a_sprint_without_a_target_is_refused(make_app: MakeApp, services: Container) -> None:
    async with make_app("sprint").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert services.sprints.status() is None
        assert "needs a named micro-target" in focus(pilot).query_one(StatusLine).text


async def test_letters_and_enter_park_a_thought(running: StudyApp, services: Container) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"quit riv?", "enter")
        status = services.sprints.status()
        assert status is not None
        assert status.sprint.interruptions == 3
        assert status.thoughts[-1].text == "quit riv?"
        assert focus(pilot).query_one(StatusLine).text == "acked: quit riv?"
        assert pilot.app.focused is focus(pilot).query_one("#line")
        assert focus(pilot).query_one("#line", Input).value == ""


async def test_nothing_else_moves_while_it_runs(running: StudyApp, services: Container) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        before = text(pilot, "#parked")
        services.inbox.capture("from another program")
        running.watch_outside()
        await settled(pilot)
        assert text(pilot, "#parked") == before


async def test_the_countdown_reads_the_clock(running: StudyApp, clock: FrozenClock) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        assert focus(pilot).query_one(Digits).value == "06:42"
        clock.advance(seconds=2)
        await pilot.pause(0.4)
        assert focus(pilot).query_one(Digits).value == "06:40"


async def test_escape_leaves_the_timer_running_and_today_names_it(running: StudyApp, services: Container) -> None:
    async with running.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TodayScreen)
        assert "Sprint runs until 22:51: tile the matmul" in str(pilot.app.screen.query_one("#next", Static).content)
        await press(pilot, "enter")
        assert focus(pilot).query_one(Digits).value == "06:42"


async def test_a_new_application_finds_the_sprint(make_app: MakeApp, services: Container, clock: FrozenClock) -> None:
    async with make_app("sprint").run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"abc", "enter")
    clock.advance(minutes=4)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "Sprint runs" in str(pilot.app.screen.query_one("#next", Static).content)
        await press(pilot, "s")
        assert focus(pilot).query_one(Digits).value == "06:00"


async def test_go_on_waits_for_the_end(running: StudyApp, services: Container, clock: FrozenClock) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f7")
        status = services.sprints.status()
        assert status is not None
        assert status.remaining_ms < 600_000
        await run_out(clock)(pilot)
        assert "f7 go on" in text(pilot, "#choice")
        assert "f8 stop" in text(pilot, "#choice")
        assert pilot.app.focused is focus(pilot).query_one("#line")
        await press(pilot, "f7")
        status = services.sprints.status()
        assert status is not None
        assert status.state is SprintState.RUNNING
        assert status.remaining_ms == 600_000
        assert focus(pilot).query_one(Digits).value == "10:00"


async def test_the_end_waits_for_a_choice_and_thoughts_still_park(
    running: StudyApp, services: Container, clock: FrozenClock
) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *"half a")
        await run_out(clock)(pilot)
        assert focus(pilot).query_one("#line", Input).value == "half a"
        await press(pilot, "enter")
        assert services.inbox.thoughts()[-1].text == "half a"
        assert services.inbox.thoughts()[-1].sprint_id is None


async def test_f8_ends_early_counts_and_offers_triage(running: StudyApp, services: Container) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f8")
        assert services.sprints.status() is None
        assert "3 min worked, 2 interruptions" in text(pilot, "#choice")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, InboxScreen)


async def test_after_the_end_letters_are_keys_again(running: StudyApp) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f8", "y")
        assert pilot.app.clipboard.startswith("tile the matmul")
        await press(pilot, "s")
        assert focus(pilot).query_one("#line", Input).value == ""


async def test_without_thoughts_enter_leads_to_today(make_app: MakeApp, services: Container) -> None:
    app = make_app("sprint")
    services.sprints.start("alone")
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "f8", "enter")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_a_sprint_stopped_elsewhere_is_noticed_at_the_next_key(running: StudyApp, services: Container) -> None:
    async with running.run_test() as pilot:
        await settled(pilot)
        services.sprints.stop()
        await press(pilot, "f8")
        assert "No sprint is running" in focus(pilot).query_one(StatusLine).text
        assert "Name a micro-target" in text(pilot, "#target")


async def test_today_notices_the_end(running: StudyApp, clock: FrozenClock) -> None:
    async with running.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "escape")
        clock.advance(minutes=10)
        running.watch_outside()
        await settled(pilot)
        assert "is over: stop or go on" in str(pilot.app.screen.query_one("#next", Static).content)
