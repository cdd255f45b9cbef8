"""A deadline on the screens: the last pass is named in Review's heading and in Today's queues, also without colour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.widgets import Static

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import DeadlineChoice
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled


@pytest.fixture
def in_last_pass(services: Container, clock: FrozenClock) -> None:
    """Ten cards learnt yesterday, and a deadline in nine days that began a month ago."""
    services.settings.first_start()
    for card in services.review.queue().ids:
        services.review.answer(card, Rating.EASY, 9000)
    clock.advance(days=1)
    choose(services, clock, 9)


def choose(services: Container, clock: FrozenClock, days: int) -> None:
    """A deadline in so many days."""
    today = clock.now().date()
    chosen = DeadlineChoice(today + timedelta(days), 20.0, today - timedelta(days=30), 600.0)
    services.deadline.store(chosen)


@pytest.mark.usefixtures("in_last_pass")
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_heading_of_review_counts_down_in_the_last_pass(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("review")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        name = app.screen.query_one("#title-name", Static)
        assert str(name.content).endswith("deadline in 9 days")
        assert len(str(name.content)) <= name.size.width
        await press(pilot, "space", "3")
        assert str(name.content).endswith("deadline in 9 days")


@pytest.mark.usefixtures("in_last_pass")
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_today_names_the_deadline_beside_the_cards(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size)


async def test_while_building_and_without_a_deadline_nothing_is_counted_down(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    services.settings.first_start()
    choose(services, clock, 60)
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "deadline" not in str(app.screen.query_one("#title-name", Static).content)
        services.deadline.clear()
        await settled(pilot)
        assert "deadline" not in str(app.screen.query_one("#title-name", Static).content)


@pytest.mark.usefixtures("in_last_pass")
async def test_the_end_of_the_day_says_that_the_pass_goes_on_tomorrow(make_app: MakeApp, services: Container) -> None:
    while ids := services.review.queue().ids:
        services.review.answer(ids[0], Rating.EASY, 60_000)
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "tomorrow" in str(app.screen.query_one("#nothing", Static).content)
