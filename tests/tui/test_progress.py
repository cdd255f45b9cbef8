"""Progress: the heatmap and its cursor, the numbers, and the export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.cards import Rating
from studyctl.paths import Paths
from studyctl.services.days import OpenItems
from studyctl.services.plan import DayState
from studyctl.services.progress import Cell
from studyctl.tui.screens.progress import ProgressScreen
from studyctl.tui.widgets.heatmap import Heatmap, glyph, heatmap
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import MakeApp, Snap, press, settled, with_small_content

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The numbers of the pictures do not change with the labs."""
    return with_small_content(tmp_path)


def screen(pilot: Pilot[Any]) -> ProgressScreen:
    """The progress screen."""
    assert isinstance(pilot.app.screen, ProgressScreen)
    return pilot.app.screen


def words(pilot: Pilot[Any], name: str) -> str:
    """The text of one part."""
    return str(screen(pilot).query_one(f"#{name}", Static).content)


def cursor(pilot: Pilot[Any]) -> int:
    """Number of the day under the cursor."""
    cell = screen(pilot).query_one(Heatmap).cell
    assert cell is not None
    return cell.number


def cell(number: int, state: DayState, share: float = 0.0) -> Cell:
    """A day of a heatmap."""
    return Cell(number, Address("p90", str(number)), f"Day {number}", state, share)


def study(services: Container) -> None:
    """Two closed days, one answered card, one ticked row of the wall."""
    services.settings.first_start()
    for _ in range(2):
        services.days.close(OpenItems.CARRY)
    services.ticks.tick("s3/wall/row/1")
    services.ticks.tick("p90/3/objective/1")
    prompt = services.review.next()
    assert prompt is not None
    services.review.answer(prompt.card.id, Rating.EASY)


@pytest.mark.parametrize("size", SIZES)
def test_progress(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    study(services)
    assert snap(make_app("progress"), size)


@pytest.mark.parametrize("size", SIZES)
def test_the_file_name_is_asked_for(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        pilot.app.screen.query_one(Input).value = "/home/me/studyctl/progress.md"

    assert snap(make_app("progress"), size, "m", before=before)


async def test_the_cursor_starts_today_and_moves_by_days_and_weeks(make_app: MakeApp, services: Container) -> None:
    study(services)
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        assert cursor(pilot) == 3
        for keys, day in (
            (("down",), 4),
            (("j",), 5),
            (("k",), 4),
            (("up",), 3),
            (("right",), 10),
            (("left",), 3),
            (("left",), 3),
            (("g",), 1),
            (("up",), 1),
            (("G",), 21),
        ):
            await press(pilot, *keys)
            assert cursor(pilot) == day, keys
            assert words(pilot, "day").startswith(f"p90/{day}: ")


async def test_every_day_of_ninety_is_in_thirteen_weeks(make_app: MakeApp) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        cells = screen(pilot).query_one(Heatmap).cells
        assert [each.number for each in cells] == list(range(1, 91))
        head = heatmap(cells, 0).plain.splitlines()[0].split()
        assert head == [str(week) for week in range(1, 14)]


async def test_enter_opens_the_day_and_escape_comes_back(make_app: MakeApp) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "j", "enter")
        assert pilot.app.screen.address == "p90/2"  # type: ignore[attr-defined]
        await press(pilot, "escape")
        assert cursor(pilot) == 2


async def test_a_day_that_is_not_written_is_not_opened(make_app: MakeApp) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "right", "right", "right", "enter")
        assert "p90/22 is not written yet." in screen(pilot).query_one(StatusLine).text


async def test_the_numbers_are_those_of_the_services(make_app: MakeApp, services: Container) -> None:
    study(services)
    view = services.progress.view()
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        numbers = words(pilot, "numbers")
        assert "days closed  2/90" in numbers
        assert f"labs passed  0/{len(view.labs)}" in numbers
        assert f"cards seen   1/{view.cards_total}" in numbers
        for each in view.tracks:
            assert f"{each.items.done}/{each.items.total} items" in words(pilot, "tracks")
        wall = words(pilot, "wall").splitlines()
        assert len(wall) == len(view.wall)
        assert wall[0].startswith("[x]")
        assert "(claimed)" in wall[0]


async def test_a_change_elsewhere_is_seen(make_app: MakeApp, services: Container) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        assert words(pilot, "wall").startswith("[ ]")
        services.ticks.tick("s3/wall/row/1")
        pilot.app.watch_outside()  # type: ignore[attr-defined]
        await settled(pilot)
        assert words(pilot, "wall").startswith("[x]")


async def test_export_writes_the_page_and_shows_the_path(make_app: MakeApp, services: Container, paths: Paths) -> None:
    async with make_app("progress").run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "m", "enter")
        target = paths.workspace / "progress.md"
        assert target.read_text(encoding="utf-8") == services.export.markdown()
        assert str(target) in screen(pilot).query_one(StatusLine).text
        assert screen(pilot).focused is screen(pilot).query_one(Heatmap)


async def test_export_takes_another_name(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "m")
        screen(pilot).query_one(Input).value = str(tmp_path / "here.md")
        await press(pilot, "enter")
        assert (tmp_path / "here.md").is_file()


async def test_export_to_a_folder_that_is_missing_is_explained(make_app: MakeApp, tmp_path: Path) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "m")
        screen(pilot).query_one(Input).value = str(tmp_path / "no" / "here.md")
        await press(pilot, "enter")
        assert "cannot be a file" in screen(pilot).query_one(StatusLine).text


async def test_escape_leaves_the_file_name_first(make_app: MakeApp, paths: Paths) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "m", "escape")
        assert not screen(pilot).has_class("-exporting")
        await press(pilot, "escape")
        assert pilot.app.screen.HEADING == "Today"  # type: ignore[attr-defined]
        assert not (paths.workspace / "progress.md").exists()


async def test_pages_scroll_to_the_wall_and_back(make_app: MakeApp) -> None:
    async with make_app("progress").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "pagedown")
        assert screen(pilot).query_one("#page").scroll_y > 0
        await press(pilot, "pageup")
        assert screen(pilot).query_one("#page").scroll_y == 0


async def test_copy_takes_the_day_and_the_numbers(make_app: MakeApp) -> None:
    async with make_app("progress").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("p90/1: ")
        assert "retention" in pilot.app.clipboard


async def test_a_tiny_terminal_does_not_crash(make_app: MakeApp) -> None:
    async with make_app("progress").run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await press(pilot, "j", "right", "pagedown", "m", "escape")
        assert cursor(pilot) == 9


def test_every_state_has_its_own_glyph() -> None:
    drawn = [
        glyph(cell(1, DayState.CLOSED, 0.2)),
        glyph(cell(2, DayState.OPEN, 0.5)),
        glyph(cell(3, DayState.OPEN, 0.1)),
        glyph(cell(4, DayState.TODAY)),
        glyph(cell(5, DayState.OPEN)),
        glyph(cell(6, DayState.UNWRITTEN)),
    ]
    assert drawn == ["##", "#+", "#.", "> ", "..", "  "]


def test_the_cursor_is_visible_without_colour() -> None:
    cells = [cell(n, DayState.OPEN) for n in range(1, 9)]
    assert "[..]" in heatmap(cells, 7).plain.splitlines()[1]
