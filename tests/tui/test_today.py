"""Today: ticking, evidence, the next action, filter, copy, undo, and what other programs change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.cards import Rating
from studyctl.domain.ticks import TickStatus
from studyctl.errors import DataError
from studyctl.services.plan import ItemView
from studyctl.tui.screens.close_day import CloseDayScreen
from studyctl.tui.screens.focus import FocusScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

SIZES = [(80, 24), (120, 40)]
DAY_1 = Address("p90", "1")
FIRST_BLOCK = "p90/1/block/1"


def today(pilot: Pilot[Any]) -> TodayScreen:
    """The screen that is on top."""
    assert isinstance(pilot.app.screen, TodayScreen)
    return pilot.app.screen


def status(pilot: Pilot[Any]) -> str:
    """The status line's text."""
    return pilot.app.screen.query_one(StatusLine).text


def stored(services: Container, item_id: str) -> ItemView:
    """An item as the database has it."""
    sections = services.plan.show(DAY_1).sections
    return next(shown for section in sections for shown in section.items if shown.item.id == item_id)


def close_quietly(services: Container, count: int) -> None:
    """Close days and drop what is open."""
    from studyctl.services.days import OpenItems

    for _ in range(count):
        services.days.close(OpenItems.DROP)


@pytest.mark.parametrize("size", SIZES)
def test_day_one_with_the_next_action_preselected(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size)


@pytest.mark.parametrize("size", SIZES)
def test_ticked_proved_and_carried_items(
    make_app: MakeApp, services: Container, tmp_path: Path, snap: Snap, size: tuple[int, int]
) -> None:
    from studyctl.services.days import OpenItems

    app = make_app()
    services.days.close(OpenItems.CARRY)
    services.ticks.tick(FIRST_BLOCK)
    services.inbox.capture("ask about cp.async")
    assert snap(app, size)


@pytest.mark.parametrize("size", [*SIZES, (160, 50)])
def test_a_day_with_a_lab(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    app = make_app()
    close_quietly(services, 15)
    assert snap(app, size, "G")


async def test_space_ticks_and_space_again_opens(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert today(pilot).pane.rows.selected == FIRST_BLOCK
        await press(pilot, "space")
        assert stored(services, FIRST_BLOCK).tick.status is TickStatus.CLAIMED
        assert "claimed" in status(pilot)
        assert today(pilot).pane.rows.selected == FIRST_BLOCK
        await press(pilot, "space")
        assert stored(services, FIRST_BLOCK).tick.status is TickStatus.OPEN


async def test_u_takes_the_tick_back(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "space", "u")
        assert stored(services, FIRST_BLOCK).tick.status is TickStatus.OPEN
        assert status(pilot).startswith("Taken back: tick")


@pytest.mark.parametrize(
    ("keys", "moved"),
    [(("j",), 1), (("down",), 1), (("j", "k"), 0), (("down", "up"), 0), (("j", "j", "k"), 1)],
)
async def test_letters_and_arrows_move(make_app: MakeApp, keys: tuple[str, ...], moved: int) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, *keys)
        assert today(pilot).pane.rows.selected == f"p90/1/block/{1 + moved}"


@pytest.mark.parametrize(("key", "place"), [("g", 0), ("home", 0), ("G", -1), ("end", -1)])
async def test_first_and_last_line(make_app: MakeApp, key: str, place: int) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, key)
        rows = [row for row in today(pilot).pane.rows.rows if not row.heading]
        assert today(pilot).pane.rows.selected == rows[place].id


async def test_pages(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "g", "pagedown")
        below = today(pilot).pane.rows.highlighted
        assert below is not None
        assert below > 3
        await press(pilot, "pageup")
        assert (today(pilot).pane.rows.highlighted or 0) < below


async def test_a_file_proves_the_selected_item(make_app: MakeApp, services: Container, tmp_path: Path) -> None:
    proof = tmp_path / "report.md"
    proof.write_text("numbers", encoding="utf-8")
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "a")
        today(pilot).query_one("#evidence", Input).value = str(proof)
        await press(pilot, "enter")
        shown = stored(services, FIRST_BLOCK)
        assert shown.tick.status is TickStatus.PROVED
        assert shown.tick.evidence == str(proof)
        assert "[=]" in next(row.text for row in today(pilot).pane.rows.rows if row.id == FIRST_BLOCK)
        assert str(proof) in today(pilot).pane.text
        assert pilot.app.focused is today(pilot).pane.rows


async def test_evidence_that_is_not_there_changes_nothing(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "a", *"nowhere", "enter")
        assert stored(services, FIRST_BLOCK).tick.status is TickStatus.OPEN
        assert status(pilot).startswith("! 'nowhere' is neither a lab record nor a file.")
        assert "studyctl lab records" in status(pilot)
        await press(pilot, "escape")
        assert pilot.app.focused is today(pilot).pane.rows


async def test_a_lab_is_not_ticked(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    close_quietly(services, 15)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "G", "space")
        assert today(pilot).pane.lab is not None
        assert "proved by a passed run" in status(pilot)
        await press(pilot, "a")
        assert "Evidence belongs" in status(pilot)


async def test_enter_on_an_item_names_the_sprint(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, FocusScreen)
        line = pilot.app.screen.query_one("#line", Input)
        assert line.value.startswith("Drill the basic commands")
        assert len(line.value) <= 80
        await press(pilot, "enter")
        running = services.sprints.status()
        assert running is not None
        assert running.sprint.item_id == FIRST_BLOCK


async def test_enter_on_a_lab_opens_that_lab(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    close_quietly(services, 15)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "G")
        lab = today(pilot).pane.lab
        assert lab is not None
        await press(pilot, "enter")
        assert type(pilot.app.screen).__name__ in ("LabsScreen", "LabScreen")


async def test_enter_closes_a_day_where_everything_is_ticked(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    for item in services.plan.show(DAY_1).day.tickable:
        services.ticks.tick(item.id)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "close the day" in str(today(pilot).query_one("#next", Static).content)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, CloseDayScreen)


async def test_filter_narrows_and_escape_ends_it(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        whole = len(today(pilot).pane.rows.rows)
        await press(pilot, "f", *"dockerfile")
        narrowed = today(pilot).pane.rows.rows
        assert 0 < len(narrowed) < whole
        assert all("dockerfile" in row.text.casefold() for row in narrowed)
        await press(pilot, "enter")
        assert pilot.app.focused is today(pilot).pane.rows
        await press(pilot, "escape")
        assert len(today(pilot).pane.rows.rows) == whole


async def test_y_copies_the_text_of_the_line(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "y")
        assert "Drill the basic commands" in pilot.app.clipboard
        assert status(pilot).startswith("Copied: p90/1/block/1")


async def test_tab_leads_to_the_text_and_a_refresh_leaves_its_place(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "pagedown")
        scroll = today(pilot).query_one("#detail-scroll")
        assert pilot.app.focused is scroll
        assert (place := scroll.scroll_y) > 0
        services.ticks.tick("p90/1/objective/1")
        app.watch_outside()
        await settled(pilot)
        assert scroll.scroll_y == place
        await press(pilot, "tab", "j")
        assert scroll.scroll_y == 0


async def test_what_another_program_ticks_appears_and_the_line_stays(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await press(pilot, "j")
        services.ticks.tick(FIRST_BLOCK)
        pilot.app.watch_outside()  # type: ignore[attr-defined]
        await settled(pilot)
        assert "[x]" in next(row.text for row in today(pilot).pane.rows.rows if row.id == FIRST_BLOCK)
        assert today(pilot).pane.rows.selected == "p90/1/block/2"


async def test_nothing_is_read_while_nothing_changes(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        loads: list[None] = []
        monkeypatch.setattr(today(pilot), "load", lambda: loads.append(None))
        for _ in range(3):
            pilot.app.watch_outside()  # type: ignore[attr-defined]
            await settled(pilot)
        assert not loads


async def test_a_failed_write_is_explained_and_changes_nothing(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        container = pilot.app.desk.container  # type: ignore[attr-defined]

        def full(_item_id: str) -> None:
            raise DataError("The disk is full.", "Free some space; nothing was lost.")

        monkeypatch.setattr(container.ticks, "toggle", full)
        await press(pilot, "space")
        assert status(pilot) == "! The disk is full.  Free some space; nothing was lost."
        assert stored(services, FIRST_BLOCK).tick.status is TickStatus.OPEN
        assert "[>]" in next(row.text for row in today(pilot).pane.rows.rows if row.id == FIRST_BLOCK)


async def test_queues_and_drift_follow_the_data(make_app: MakeApp, services: Container, clock: FrozenClock) -> None:
    app = make_app()
    prompt = services.review.next()
    assert prompt is not None
    services.review.answer(prompt.card.id, Rating.EASY)
    clock.advance(days=6)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        head = str(today(pilot).query_one("#head", Static).content)
        assert "Day 1/90" in head
        assert "behind" in head
        assert f"+{services.review.queue().counts.new} new" in str(today(pilot).query_one("#queues", Static).content)


async def test_a_new_study_day_is_noticed(make_app: MakeApp, clock: FrozenClock) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        clock.advance(days=20)
        app.watch_outside()
        await settled(pilot)
        assert "behind" in str(today(pilot).query_one("#head", Static).content)


async def test_the_end_of_the_track_is_said(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    services.settings.use_track("s3")
    close_quietly(services, 3)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "Every day of this track is closed" in str(today(pilot).query_one("#next", Static).content)
        await press(pilot, "space", "enter", "a", "n")
        assert "!" in status(pilot)


async def test_during_a_planned_break_the_head_says_until_when(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    today_ = services.context.today(services.settings.get())
    services.breaks.do(services.breaks.away(today_.isoformat(), (today_ + timedelta(days=3)).isoformat()))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        head = str(today(pilot).query_one("#head", Static).render())
    assert head.endswith("break to 5 Mar")
    assert len(head) <= 75
