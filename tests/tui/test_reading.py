"""Lesson, search and map: what they show, where enter leads, and that esc comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Markdown, Static

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.cards import Rating
from studyctl.paths import Paths
from studyctl.tui.destinations import destination_of
from studyctl.tui.screens.day import DayScreen
from studyctl.tui.screens.knowledge_map import MapScreen
from studyctl.tui.screens.lesson import LessonScreen
from studyctl.tui.screens.search import SearchScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.day_text import LESSON, WARMUP
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import MakeApp, Snap, press, settled, with_small_content

SIZES = [(80, 24), (160, 50)]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The pictures do not change with the rest of the content."""
    return with_small_content(tmp_path)


def text(pilot: Pilot[Any], widget: str) -> str:
    """What a Static says."""
    return str(pilot.app.screen.query_one(f"#{widget}", Static).content)


def rows(pilot: Pilot[Any]) -> RowList:
    """The screen's list."""
    return pilot.app.screen.query_one(RowList)


# --- lesson ---------------------------------------------------------------------------------------------------------


async def test_the_lesson_of_today_opens_from_anywhere_and_esc_comes_back(make_app: MakeApp) -> None:
    async with make_app("labs").run_test() as pilot:
        await settled(pilot)
        before = pilot.app.screen
        await press(pilot, "L")
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.address == "p90/1"
        assert "min" in text(pilot, "lesson-head")
        assert "## How it works" in screen.query_one("#text", Markdown).source
        await press(pilot, "escape")
        assert pilot.app.screen is before


async def test_enter_on_the_lesson_of_a_day_opens_it_and_the_warm_up_has_its_terms(
    make_app: MakeApp, services: Container
) -> None:
    warmup = services.library.day(Address("p90", "16")).warmup
    assert warmup is not None
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.open("day", "p90/16")  # type: ignore[attr-defined]
        await settled(pilot)
        rows(pilot).choose(WARMUP)
        await settled(pilot)
        assert all(term in text(pilot, "detail") for term in (warmup.search, *warmup.listen))
        rows(pilot).choose(LESSON)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert pilot.app.screen.address == "p90/16"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DayScreen)


async def test_the_links_of_a_lesson_are_reached_by_keys(make_app: MakeApp, services: Container) -> None:
    links = services.library.lesson(Address("p90", "16")).named_links
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        pilot.app.open("lesson", "p90/16")  # type: ignore[attr-defined]
        await settled(pilot)
        assert [row.id for row in rows(pilot).rows] == [target for _, target in links]
        await press(pilot, "tab")
        assert rows(pilot).has_focus
        rows(pilot).choose("studyctl:p90/16/experiment/2")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, DayScreen)
        assert rows(pilot).selected == "p90/16/experiment/2"


async def test_a_day_without_a_lesson_says_so(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        pilot.app.open("lesson", "p90/7")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "p90/7 has no lesson" in pilot.app.screen.query_one(StatusLine).text


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("studyctl:p90/16", ("day", "p90/16")),
        ("studyctl:p90/16/question/2", ("day", "p90/16", "p90/16/question/2")),
        ("studyctl:lab/batch-curve", ("lab", "batch-curve")),
        ("studyctl:lesson/guide/2.1", ("lesson", "guide/2.1")),
        ("studyctl:term/ridge%20point", ("search", "ridge point")),
        ("https://example.org", None),
    ],
)
def test_links_lead_to_screens(target: str, route: tuple[str, ...] | None) -> None:
    assert destination_of(target) == route


@pytest.mark.parametrize("size", SIZES)
def test_a_lesson(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        pilot.app.open("lesson", "p90/16")  # type: ignore[attr-defined]

    assert snap(make_app(), size, before=show)


# --- search ---------------------------------------------------------------------------------------------------------


async def typed(pilot: Pilot[Any], words: str) -> None:
    """Type into the search and wait for what it finds."""
    pilot.app.screen.query_one("#words", Input).value = words
    await pilot.pause(0.3)
    await settled(pilot)


async def test_slash_searches_everything_and_enter_opens_the_hit(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        assert isinstance(pilot.app.screen, SearchScreen)
        await typed(pilot, "pipeline responses in front of triton redis")
        kinds = {str(row.id).split(":")[0] for row in rows(pilot).rows}
        assert {"day", "item"} & kinds
        await press(pilot, "enter")
        assert rows(pilot).has_focus
        day = next(str(row.id) for row in rows(pilot).rows if str(row.id).startswith(("day:", "item:")))
        rows(pilot).choose(day)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, DayScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_a_term_is_read_beside_the_list(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "TTFB")
        rows(pilot).choose("term:TTFT")
        await settled(pilot)
        assert "first non-empty generated token" in text(pilot, "hit")
        await press(pilot, "tab", "enter")
        assert isinstance(pilot.app.screen, SearchScreen)
        await press(pilot, "y")
        assert "first non-empty generated token" in pilot.app.clipboard


async def test_words_that_nothing_has_and_no_words_are_said(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "zzzyzx")
        assert text(pilot, "hits-head") == "Nothing has these words."
        assert rows(pilot).rows == ()
        await typed(pilot, '"*')
        assert rows(pilot).rows == ()


# --- map ------------------------------------------------------------------------------------------------------------


async def test_the_map_has_every_branch_and_a_topic_leads_to_what_teaches_it(
    make_app: MakeApp, services: Container
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "M")
        assert isinstance(pilot.app.screen, MapScreen)
        headings = [row.id for row in rows(pilot).rows if row.heading]
        assert headings == [f"heading:{branch.id}" for branch in services.library.map.branches]
        rows(pilot).choose("response-cache")
        await settled(pilot)
        assert "p90/16" in text(pilot, "topic")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_a_card_that_was_recalled_shows_on_the_map(make_app: MakeApp, services: Container) -> None:
    card = next(card for card in services.library.cards.values() if card.day == Address("p90", "1"))
    services.review.answer(card.id, Rating.EASY)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "M")
        rows(pilot).choose(card.topics[0])
        await settled(pilot)
        assert "1 seen" in text(pilot, "topic")


async def test_topics_can_be_narrowed(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "M", "f", *"kv-cache", "enter")
        assert [row.id for row in rows(pilot).rows if not row.heading] == ["kv-cache"]
