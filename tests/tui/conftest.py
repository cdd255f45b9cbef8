"""An application over a temporary home with a frozen clock, and ways to wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from studyctl.container import Container, open_container
from studyctl.paths import Paths, resolve_paths
from studyctl.tui.app import StudyApp

WRITTEN = 21  # days of p90 in the small content


class FrozenClock:
    """Stands still until it is advanced."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 22, 41, tzinfo=UTC)

    def now(self) -> datetime:
        """The frozen moment."""
        return self.moment

    def advance(self, **step: float) -> None:
        """Move on by a timedelta."""
        self.moment += timedelta(**step)


@pytest.fixture
def clock() -> FrozenClock:
    """The clock that application and test share."""
    return FrozenClock()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A home of this test alone."""
    return resolve_paths({"STUDYCTL_HOME": str(tmp_path / "home")})


def with_small_content(folder: Path) -> Paths:
    """Three weeks of the real plan with two small labs, so that pictures do not change with the rest of the content."""
    real = resolve_paths({"STUDYCTL_HOME": str(folder / "home")})
    bundle, curriculum = folder / "bundle", folder / "bundle" / "curriculum"
    days = [str(day) for day in range(1, WRITTEN + 1)]
    parts = {
        "p90": ["track", *days],
        "decks": ["p28", "p90-week1", "p90-week2", "p90-week3", "s3"],
        "interview": ["p28", "s3", *(f"p90-{day}" for day in days)],
    }
    for part, names in parts.items():
        (curriculum / part).mkdir(parents=True)
        for name in names:
            (curriculum / part / f"{name}.toml").symlink_to(real.bundle / "curriculum" / part / f"{name}.toml")
    for part in (real.bundle / "curriculum").iterdir():
        if part.name not in parts:
            (curriculum / part.name).symlink_to(part)
    (bundle / "data").symlink_to(real.bundle / "data")
    (bundle / "labs").symlink_to(Path(__file__).parent / "labs")
    return replace(real, bundle=bundle)


@pytest.fixture
def services(paths: Paths, clock: FrozenClock) -> Iterator[Container]:
    """A second container over the same database, as another program would have it."""
    container = open_container(paths, clock)
    yield container
    container.close()


MakeApp = Callable[..., StudyApp]


@pytest.fixture
def make_app(paths: Paths, clock: FrozenClock, services: Container, monkeypatch: pytest.MonkeyPatch) -> MakeApp:
    """Makes the application; the first start is answered unless the test wants it open."""
    for variable in ("NO_COLOR", "TEXTUAL_THEME", "COLORFGBG"):
        monkeypatch.delenv(variable, raising=False)

    def make(start: str = "today", first_start: bool = False, arguments: tuple[str, ...] = ()) -> StudyApp:
        if not first_start and services.settings.is_first_start():
            services.settings.first_start()
        return StudyApp(start, paths, clock, arguments)

    return make


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until the service thread is idle and the screens took its answers."""
    for _ in range(2000):
        await pilot.pause()
        if pilot.app.desk.idle:  # type: ignore[attr-defined]
            await pilot.pause()
            if pilot.app.desk.idle:  # type: ignore[attr-defined]
                return
        await asyncio.sleep(0.005)
    raise AssertionError("the service thread did not come to rest")


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one by one, waiting for the services after each."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


Prepare = Callable[[Pilot[Any]], Awaitable[None]]
Snap = Callable[..., bool]


@pytest.fixture
def snap(snap_compare: Any) -> Snap:
    """Compare a picture: `snap(app, (80, 24), "s", ...)` after pressing keys, or after `before(pilot)`."""

    def compare(app: StudyApp, size: tuple[int, int], *keys: str, before: Prepare | None = None) -> bool:
        async def prepare(pilot: Pilot[Any]) -> None:
            await settled(pilot)
            await press(pilot, *keys)
            if before is not None:
                await before(pilot)
                await settled(pilot)
            for field in pilot.app.screen.query("Input, TextArea"):
                assert isinstance(field, (Input, TextArea))
                field.cursor_blink = False
            await pilot.pause()

        return bool(snap_compare(app, terminal_size=size, run_before=prepare))

    return compare
