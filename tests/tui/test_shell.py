"""The shell: what is imported, jumps, palette, quitting, failures, small terminals, themes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from studyctl.container import Container
from studyctl.errors import ExitCode
from studyctl.paths import Paths
from studyctl.tui.app import StudyApp
from studyctl.tui.routes import ROUTES
from studyctl.tui.screens.error import ErrorScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.key_bar import KeyBar
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

JUMPS = [
    ("s", "f1", "FocusScreen"),
    ("i", "f2", "InboxScreen"),
    ("r", "f3", "ReviewScreen"),
    ("l", "f4", "LabsScreen"),
    ("v", "f5", "InterviewScreen"),
    ("p", "f6", "ProgressScreen"),
]
SMALL = ["today", "sprint", "inbox", "review", "labs", "interview", "progress", "close_day", "help"]


def top(pilot: Pilot[Any]) -> str:
    """Name of the screen on top."""
    return type(pilot.app.screen).__name__


def test_the_first_paint_imports_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "sqlmodel", "alembic", "torch", "fsrs_rs_python", "jinja2", "plotext")
    code = (
        "import sys, studyctl.tui.app\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith(('studyctl.storage', 'studyctl.services',"
        " 'studyctl.content', 'studyctl.container'))])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["[]", "[]"]


@pytest.mark.parametrize(("letter", "function", "screen"), JUMPS)
async def test_jumps_and_the_way_back(make_app: MakeApp, letter: str, function: str, screen: str) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        for key in (letter, function):
            await press(pilot, key)
            assert top(pilot) == screen
            await press(pilot, "escape")
            assert top(pilot) == "TodayScreen"


async def test_function_keys_jump_out_of_a_text_field_and_never_pile_up(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "f1", "f2", "f1", "f2")
        assert top(pilot) == "InboxScreen"
        assert len(pilot.app.screen_stack) == 2


@pytest.mark.parametrize("route", ["sprint", "inbox", "review", "interview", "labs", "progress"])
async def test_the_command_line_can_start_on_a_screen(make_app: MakeApp, route: str) -> None:
    async with make_app(route).run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert top(pilot) == ROUTES[route].partition(":")[2]


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quit(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(key)
    assert app.return_code == 0


async def test_q_is_a_letter_in_a_text_field(make_app: MakeApp) -> None:
    async with make_app("sprint").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "q")
        assert pilot.app.screen.query_one("#line", Input).value == "q"
        assert pilot.app.is_running


async def test_quitting_at_once_waits_for_the_write(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        await pilot.press("space", "q")
    sections = services.today.view().view
    assert sections is not None
    assert sections.completion.done == 1


async def test_the_palette_offers_what_works_now_and_runs_it(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.press(*"close day")
        await pilot.pause(0.5)
        assert pilot.app.screen.query_one(OptionList).option_count >= 1
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settled(pilot)
        assert top(pilot) == "CloseDayScreen"


async def test_undo_with_nothing_to_undo_is_said(make_app: MakeApp, services: Container) -> None:
    app = make_app()
    services.undo.undo()
    services.settings.first_start()
    services.undo.undo()
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter", "enter", "u", "u")
        assert pilot.app.screen.query_one(StatusLine).text


async def test_the_key_bar_shows_function_keys_where_letters_are_text(make_app: MakeApp) -> None:
    async with make_app("sprint").run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        shown = str(pilot.app.screen.query_one(KeyBar).content)
        assert "f2 inbox" in shown
        assert "i inbox" not in shown.replace("f2 inbox", "")


async def test_the_key_bar_begins_with_the_keys_of_the_screen(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        shown = str(pilot.app.screen.query_one(KeyBar).content)
        assert shown.startswith(" space tick  enter start  a attach  n close day ")
        assert shown.endswith("? help  q quit ")


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_a_damaged_database_is_explained(
    paths: Paths, clock: FrozenClock, snap: Snap, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(paths.data.parent.parent)
    paths.ensure()
    paths.database.write_bytes(b"not a database, but long enough to be read as one" * 100)
    relative = Paths(
        Path("home/data"), Path("home/workspace"), "sqlite:///home/data/studyctl.db", paths.bundle, Path("home/cards")
    )
    assert snap(StudyApp(paths=relative, clock=clock), size)


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_a_failure_gives_its_exit_code(paths: Paths, clock: FrozenClock, key: str) -> None:
    paths.ensure()
    paths.database.write_bytes(b"not a database, but long enough to be read as one" * 100)
    app = StudyApp("review", paths, clock)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(pilot.app.screen, ErrorScreen)
        await press(pilot, "f1", "u", "y")
        assert isinstance(pilot.app.screen, ErrorScreen)
        assert "damaged" in pilot.app.clipboard
        await pilot.press(key)
    assert app.return_code == int(ExitCode.DATA)


async def test_a_fault_of_ours_is_not_swallowed(paths: Paths, clock: FrozenClock) -> None:
    app = StudyApp(paths=paths, clock=clock)

    def fail() -> Container:
        raise ZeroDivisionError("a fault")

    app.desk._opener = fail
    with pytest.raises(ZeroDivisionError):
        async with app.run_test() as pilot:
            await settled(pilot)


@pytest.mark.parametrize("route", SMALL)
async def test_forty_by_ten_is_enough_to_live(make_app: MakeApp, route: str) -> None:
    app = make_app(route)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await press(pilot, "space", "down", "tab")
        await pilot.resize_terminal(20, 5)
        await pilot.resize_terminal(160, 50)
        await settled(pilot)
    assert app.return_code in (0, None)


@pytest.mark.parametrize("size", [(40, 10)])
def test_today_on_a_small_terminal(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light"])
def test_today_in_other_themes(make_app: MakeApp, snap: Snap, theme: str) -> None:
    app = make_app()
    app.theme = theme
    assert snap(app, (80, 24))


def test_today_without_colours(make_app: MakeApp, snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap(make_app(), (80, 24))


async def test_a_day_can_be_read(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        pilot.app.open("day", "p90/16")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "read only" in str(pilot.app.screen.query_one("#day-head", Static).content)
        await press(pilot, "j", "j", "j", "y")
        assert "p90/16/objective/1" in pilot.app.clipboard
        await press(pilot, "f", *"redis", "enter", "escape", "escape")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_a_day_that_is_not_there_is_said(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        pilot.app.open("day", "p90/777")  # type: ignore[attr-defined]
        await settled(pilot)
        assert pilot.app.screen.query_one(StatusLine).text.startswith("!")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_reading_a_day(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    async def open_day(pilot: Pilot[Any]) -> None:
        pilot.app.open("day", "p90/16")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "j")

    assert snap(make_app(), size, before=open_day)
