"""Pictures of search and map over the small bundle, so that they do not change with the content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from studyctl.paths import Paths
from studyctl.tui.widgets.row_list import RowList
from tests.helpers import paths_below, small_bundle
from tests.tui.conftest import MakeApp, Snap, press, settled

SIZES = [(80, 24), (160, 50)]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small bundle."""
    return paths_below(tmp_path / "home", small_bundle(tmp_path / "bundle"))


@pytest.mark.parametrize("size", SIZES)
def test_search(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        pilot.app.screen.query_one("#words", Input).value = "former tok"
        await pilot.pause(0.4)
        await settled(pilot)
        await press(pilot, "tab")

    assert snap(make_app(), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_map(make_app: MakeApp, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, "M")
        pilot.app.screen.query_one(RowList).choose("kv-cache")

    assert snap(make_app(), size, before=show)


def test_map_without_colours(make_app: MakeApp, snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap(make_app(), (80, 24), "M")
