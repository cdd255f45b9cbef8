"""Inbox: three decisions, adding, and the refusal while a sprint runs."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from studyctl.container import Container
from studyctl.domain.sprint import ThoughtState
from studyctl.tui.app import StudyApp
from studyctl.tui.screens.inbox import InboxScreen
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled


@pytest.fixture
def filled(make_app: MakeApp, services: Container, clock: FrozenClock) -> StudyApp:
    """Three thoughts of different age."""
    app = make_app("inbox")
    services.inbox.capture("order a new SSD")
    clock.advance(days=2)
    services.inbox.capture("ask about cp.async")
    clock.advance(minutes=5)
    services.inbox.capture("swizzle = xor of row and column?")
    return app


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10)])
def test_thoughts_with_their_age(filled: StudyApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(filled, size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_empty(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "i")


@pytest.mark.parametrize(
    ("key", "state"), [("t", ThoughtState.TODO), ("d", ThoughtState.DONE), ("x", ThoughtState.DROPPED)]
)
async def test_a_letter_decides(filled: StudyApp, services: Container, key: str, state: ThoughtState) -> None:
    async with filled.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "j", key)
        assert [thought.text for thought in services.inbox.thoughts(state)] == ["ask about cp.async"]
        assert len(pilot.app.screen.query_one(RowList).rows) == 2
        await press(pilot, "u")
        assert len(services.inbox.thoughts()) == 3
        assert len(pilot.app.screen.query_one(RowList).rows) == 3


async def test_triage_is_refused_while_a_sprint_runs(filled: StudyApp, services: Container) -> None:
    services.sprints.start("tile it")
    async with filled.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "d")
        assert len(services.inbox.thoughts()) == 3
        assert "triaged at its end" in pilot.app.screen.query_one(StatusLine).text


async def test_tab_moves_to_the_line_and_enter_adds(make_app: MakeApp, services: Container) -> None:
    async with make_app("inbox").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert "no thought" in pilot.app.screen.query_one(StatusLine).text
        await press(pilot, "tab", *"did xor", "enter")
        assert [thought.text for thought in services.inbox.thoughts()] == ["did xor"]
        assert pilot.app.screen.query_one("#new-thought", Input).value == ""
        await press(pilot, "tab", "d")
        assert services.inbox.thoughts() == ()


async def test_an_empty_line_is_not_a_thought(make_app: MakeApp, services: Container) -> None:
    async with make_app("inbox").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "tab", "enter")
        assert services.inbox.thoughts() == ()
        assert "empty thought" in pilot.app.screen.query_one(StatusLine).text


async def test_y_copies_the_thought(filled: StudyApp) -> None:
    async with filled.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == "order a new SSD"


async def test_a_thought_of_another_program_appears(filled: StudyApp, services: Container) -> None:
    async with filled.run_test() as pilot:
        await settled(pilot)
        assert isinstance(pilot.app.screen, InboxScreen)
        services.inbox.capture("from a shell")
        filled.watch_outside()
        await settled(pilot)
        assert "from a shell" in pilot.app.screen.query_one(RowList).rows[-1].text
