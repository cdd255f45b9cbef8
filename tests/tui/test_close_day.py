"""Closing a day: carry and drop are equal choices, cancel changes nothing."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.ticks import TickStatus
from studyctl.services.plan import DayState
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import MakeApp, Snap, press, settled

DAY_1, DAY_2 = Address("p90", "1"), Address("p90", "2")


def tick_all(services: Container) -> None:
    """Tick everything of day 1."""
    for item in services.plan.show(DAY_1).day.tickable:
        services.ticks.tick(item.id)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10)])
def test_open_items_and_three_choices(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "n")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_nothing_open(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    app = make_app()
    tick_all(services)
    assert snap(app, size, "n")


async def test_carry_moves_open_items_to_the_next_day(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "n", "enter")
        assert services.plan.show(DAY_1).state is DayState.CLOSED
        carried = services.plan.show(DAY_2).sections[0]
        assert carried.heading == "Carried over"
        assert len(carried.items) == len(services.plan.show(DAY_1).day.tickable) - 1
        assert isinstance(pilot.app.screen, TodayScreen)
        assert "carried over" in pilot.app.screen.query_one(StatusLine).text
        assert "p90/2" in str(pilot.app.screen.query_one("#plan-title", Static).content)


@pytest.mark.parametrize("way", [("right",), ("down",), ("right", "right", "left"), ("down", "down", "up")])
async def test_drop_is_one_arrow_away(make_app: MakeApp, services: Container, way: tuple[str, ...]) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", *way, "enter")
        shown = services.plan.show(DAY_1)
        statuses = {one.tick.status for section in shown.sections for one in section.items if one.item.kind.tickable}
        assert statuses == {TickStatus.DROPPED}


@pytest.mark.parametrize("keys", [("escape",), ("left", "enter")])
async def test_escape_and_cancel_leave_the_day_open(
    make_app: MakeApp, services: Container, keys: tuple[str, ...]
) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", *keys)
        assert services.plan.show(DAY_1).state is DayState.TODAY
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_a_finished_day_asks_once(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    tick_all(services)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", "enter")
        assert services.plan.show(DAY_1).state is DayState.CLOSED


async def test_closing_is_undone_by_u(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", "enter", "u")
        assert services.plan.show(DAY_1).state is DayState.TODAY
        assert "p90/1" in str(pilot.app.screen.query_one("#plan-title", Static).content)


async def test_the_last_day_has_nowhere_to_carry_to(make_app: MakeApp, services: Container) -> None:
    from studyctl.services.days import OpenItems

    app = make_app()
    services.settings.use_track("s3")
    for _ in range(2):
        services.days.close(OpenItems.DROP)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", "enter")
        assert pilot.app.screen.query_one(StatusLine).text.startswith("! There is no next day")
        await press(pilot, "right", "enter")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_pages_of_open_items(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 16)) as pilot:
        await settled(pilot)
        await press(pilot, "n", "pagedown")
        scroll = pilot.app.screen.query_one("#closing")
        assert scroll.scroll_y > 0
        await press(pilot, "pageup")
        assert scroll.scroll_y == 0


async def test_y_copies_what_is_open(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "n", "y")
        assert "open items" in pilot.app.clipboard
