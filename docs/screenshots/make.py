"""Draws the screenshots of the documentation from the real application: `python docs/screenshots/make.py`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from studyctl.container import open_container
from studyctl.domain.ticks import OpenItems
from studyctl.paths import resolve_paths
from studyctl.tui.app import StudyApp

FOLDER = Path(__file__).parent
SIZE = (110, 34)
SHOWN = (
    ("today", ()),
    ("review", ("r", "space")),
    ("progress", ("p",)),
    ("lesson", ("escape", "L", "pagedown")),
    ("map", ("escape", "M", "f", *"cache", "enter")),
    ("search", ("escape", "escape", "slash", *"head-of-line", "enter")),
)


@dataclass(frozen=True)
class StandingClock:
    """A clock that stands, so that the pictures only change when the screens do."""

    def now(self) -> datetime:
        """One evening in March."""
        return datetime(2026, 3, 2, 20, 41, tzinfo=UTC)


async def draw() -> None:
    """Fifteen closed days, then Today with the lab of day 16, and the other screens."""
    os.environ["TZ"] = "UTC"
    with tempfile.TemporaryDirectory() as home:
        paths = resolve_paths({"STUDYCTL_HOME": home})
        container = open_container(paths, StandingClock())
        container.settings.first_start("2026-01-23", "")
        for _ in range(15):
            container.days.close(OpenItems.DROP)
        for item in ("p90/16/objective/1", "p90/16/point/1", "p90/16/point/2"):
            container.ticks.tick(item)
        container.close()
        app = StudyApp(paths=paths, clock=StandingClock())
        async with app.run_test(size=SIZE) as pilot:
            for name, keys in SHOWN:
                for key in keys:
                    await pilot.press(key)
                    await settle(app)
                    await pilot.pause(0.3)
                await settle(app)
                await pilot.pause(0.5)
                (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="studyctl"), encoding="utf-8")


async def settle(app: StudyApp) -> None:
    """Wait until the services have answered."""
    await asyncio.sleep(0.1)
    while not app.desk.idle or app.desk.container is None:
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(draw())
