"""Statistics: pages, spans, a simulation behind the screen; pictures of a seeded log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.errors import DataError
from studyctl.paths import Paths, resolve_paths
from studyctl.services.review_statistics import StatisticsService
from studyctl.tui.controllers.keep import kept
from studyctl.tui.screens.statistics import StatisticsScreen
from studyctl.tui.widgets.statistics_pages import PAGES
from tests.helpers import small_bundle, write
from tests.seeded_reviews import seed_reviews
from tests.tui.conftest import MakeApp, Snap, press, settled

SIZES = [(80, 24), (160, 50)]


CARDS = [f"card-{n:03}" for n in range(200)]
TOPICS = ("tensor-cores", "kv-cache", "decode", "roofline", "occupancy", "prefill", "quantization", "nccl", "paging")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A small bundle and a deck of one's own, so that pictures do not change with the content."""
    paths = replace(resolve_paths({"STUDYCTL_HOME": str(tmp_path / "home")}), bundle=small_bundle(tmp_path / "bundle"))
    lines = ["schema = 1", 'deck = "own"', 'title = "Own"']
    for n, card in enumerate(CARDS):
        topics = sorted({TOPICS[n % 9], TOPICS[n % 4]})
        lines += ["", "[[card]]", f'id = "{card}"', 'front = "Why?"', 'back = "So."', 'source = "a book"']
        lines += [f"topics = {topics}"]
    write(paths.cards / "own.toml", "\n".join(lines))
    return paths


def seed(services: Container) -> None:
    """Two hundred cards, studied for ten months."""
    services.settings.first_start()
    services.context.shelf.sync()
    seed_reviews(services, CARDS, 300)


def screen(pilot: Pilot[Any]) -> StatisticsScreen:
    """The statistics screen."""
    assert isinstance(pilot.app.screen, StatisticsScreen)
    return pilot.app.screen


def text(pilot: Pilot[Any]) -> str:
    """The page."""
    return str(screen(pilot).query_one("#text", Static).content)


async def simulated(pilot: Pilot[Any]) -> None:
    """Wait until no simulation runs and its end is painted."""
    await settled(pilot)
    while kept(pilot.app).workload.active:  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
    screen(pilot)._paint()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", range(len(PAGES)))
def test_a_page(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int], page: int) -> None:
    seed(services)
    assert snap(make_app(), size, "S", *["tab"] * page, before=simulated)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_was_answered(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "S")


def test_without_colours(make_app: MakeApp, services: Container, snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(services)
    app = make_app()
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap(app, (80, 24), "S", "G")


async def test_the_pages_follow_each_other_and_tab_comes_round(make_app: MakeApp, services: Container) -> None:
    seed(services)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await press(pilot, "S")
        seen = [screen(pilot).page]
        for _ in PAGES:
            await press(pilot, "tab")
            seen.append(screen(pilot).page)
        assert seen == [*PAGES, PAGES[0]]
        await press(pilot, "shift+tab")
        assert screen(pilot).page == PAGES[-1]
        await simulated(pilot)
        assert "desired now" in text(pilot)


@pytest.mark.parametrize("answered", [True, False])
async def test_no_line_of_any_page_is_wider_than_the_screen(
    make_app: MakeApp, services: Container, answered: bool
) -> None:
    if answered:
        seed(services)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await press(pilot, "S")
        for _ in PAGES:
            await simulated(pilot)
            assert max(len(line) for line in text(pilot).splitlines()) <= 77, screen(pilot).page
            assert text(pilot).isascii()
            await press(pilot, "tab")


async def test_arrows_change_the_span_and_stop_at_its_ends(make_app: MakeApp, services: Container) -> None:
    seed(services)
    async with make_app().run_test() as pilot:
        await press(pilot, "S")
        spans = [screen(pilot).days]
        for key in ("right", "right", "left", "left", "left"):
            await press(pilot, key)
            spans.append(screen(pilot).days)
            assert f"Last {spans[-1]} days: " in text(pilot)
        assert spans == [90, 365, 365, 90, 30, 30]


async def test_y_copies_the_page_and_esc_leads_back(make_app: MakeApp, services: Container) -> None:
    seed(services)
    async with make_app().run_test() as pilot:
        await press(pilot, "S", "tab", "y")
        assert pilot.app.clipboard == text(pilot)
        assert "cards in review that come due" in pilot.app.clipboard
        await press(pilot, "S", "escape")
        assert not isinstance(pilot.app.screen, StatisticsScreen)


async def test_an_answer_elsewhere_shows_in_the_numbers(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await press(pilot, "S")
        assert "nothing to count yet" in text(pilot)
        prompt = services.review.next()
        assert prompt is not None
        services.review.answer(prompt.card.id, Rating.GOOD, 4_000)
        pilot.app.watch_outside()  # type: ignore[attr-defined]
        await settled(pilot)
        assert "1 answer on 1 day" in text(pilot)


async def test_a_simulation_shows_its_progress_and_its_failure(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(services)

    def fails(self: StatisticsService, progress: Any) -> None:
        progress(3, 10)
        released.wait()
        raise DataError("The disk is failing.", "Copy the folder.")

    released = Event()
    monkeypatch.setattr(StatisticsService, "workload", fails)
    async with make_app().run_test() as pilot:
        await press(pilot, "S", "shift+tab")
        while "3 of 10" not in text(pilot):
            await pilot.pause(0.02)
        released.set()
        await simulated(pilot)
        assert text(pilot) == "The disk is failing.\nCopy the folder."


async def test_leaving_the_program_ends_a_simulation(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(services)

    def endless(self: StatisticsService, progress: Any) -> None:
        while True:
            progress(0, 10)

    monkeypatch.setattr(StatisticsService, "workload", endless)
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "S", "shift+tab")
        run = kept(app).workload
        assert run.active
    assert not run.active
