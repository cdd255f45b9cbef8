"""The registry of actions: one letter, one meaning; nothing bound beside it; help and key bar agree."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module

import pytest
from textual.binding import Binding

from studyctl.tui.actions import ACTIONS, BY_ID, Scope, in_scope
from studyctl.tui.base import StudyScreen
from studyctl.tui.routes import ROUTES
from studyctl.tui.screens.help import HelpScreen, help_text
from studyctl.tui.screens.today import TodayScreen
from tests.tui.conftest import MakeApp, Snap, press, settled

FORBIDDEN = {f"ctrl+{key}" for key in "abhijms0123456789"} | {"ctrl+enter"}
SCREENS = [getattr(import_module(path.partition(":")[0]), path.partition(":")[2]) for path in ROUTES.values()]


def test_a_letter_means_the_same_everywhere() -> None:
    meanings = defaultdict(set)
    for action in ACTIONS:
        for key in action.keys:
            if len(key) == 1 and key.isalpha():
                meanings[key].add(action.label)
    assert {key: labels for key, labels in meanings.items() if len(labels) > 1} == {}


def test_a_key_does_one_thing_within_a_scope() -> None:
    for scope in Scope:
        keys = [key for action in in_scope(scope) for key in action.keys]
        assert len(keys) == len(set(keys)), scope


def test_ids_are_unique_and_every_action_is_explained() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert all(action.help and action.label and action.keys for action in ACTIONS)


def test_no_key_that_terminals_or_multiplexers_take() -> None:
    assert not FORBIDDEN & {key for action in ACTIONS for key in action.keys}


@pytest.mark.parametrize("screen", [*SCREENS, TodayScreen], ids=lambda screen: screen.__name__)
def test_screens_bind_only_what_the_registry_has(screen: type[StudyScreen]) -> None:
    own = [
        binding for cls in screen.__mro__ if issubclass(cls, StudyScreen) for binding in vars(cls).get("BINDINGS", ())
    ]
    assert own
    for binding in own:
        assert isinstance(binding, Binding)
        assert binding.id in BY_ID


@pytest.mark.parametrize("screen", [*SCREENS, TodayScreen], ids=lambda screen: screen.__name__)
def test_every_bound_action_exists(screen: type[StudyScreen]) -> None:
    for action in (*in_scope(Scope.GLOBAL), *in_scope(screen.SCOPE)):
        name = action.run.partition("(")[0]
        if screen.SCOPE is not Scope.LIST and "." not in name and action.scope is not Scope.CLOSE_DAY:
            assert hasattr(screen, f"action_{name}"), action.id


def test_help_names_every_key_of_the_scope() -> None:
    for scope in Scope:
        shown = help_text(scope).plain
        assert all(action.help in shown for action in in_scope(scope))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_help_of_today(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "question_mark")


async def test_help_opens_and_closes(make_app: MakeApp) -> None:
    async with make_app("inbox").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await press(pilot, "y")
        assert "Keep the thought as a to-do" in pilot.app.clipboard
        await press(pilot, "question_mark")
        assert type(pilot.app.screen).__name__ == "InboxScreen"
        await press(pilot, "question_mark", "escape")
        assert type(pilot.app.screen).__name__ == "InboxScreen"
