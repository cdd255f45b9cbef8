"""Draws the screenshots of the documentation from the real application: `python docs/screenshots/make.py`."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from studyctl.container import Container, open_container
from studyctl.domain.cards import Rating
from studyctl.domain.ticks import OpenItems
from studyctl.paths import resolve_paths
from studyctl.tui.app import StudyApp

FOLDER = Path(__file__).parent
SIZE = (110, 34)
SHOWN = (
    ("today", ()),
    ("review", ("r", "space")),
    ("typed", ("f", *"id:ldg-read-only-load", "enter", *"__ldgs()", "enter")),
    ("progress", ("escape", "escape", "p")),
    ("lesson", ("escape", "L", "pagedown")),
    ("map", ("escape", "M", "f", *"cache", "enter")),
    ("search", ("escape", "escape", "slash", *"head-of-line", "enter")),
    ("cards", ("escape", "escape", "B", "tab", *"tag:docker prop:r<0.95", "enter")),
    ("statistics", ("escape", "escape", "S", "tab")),
)
EVENING = datetime(2026, 3, 2, 20, 41, tzinfo=UTC)


@dataclass
class StandingClock:
    """A clock that stands until it is set, so that the pictures only change when the screens do."""

    moment: datetime = EVENING

    def now(self) -> datetime:
        """The moment that was set."""
        return self.moment


def study(container: Container, clock: StandingClock) -> None:
    """Fifteen days with their cards answered, and the morning of the sixteenth."""
    draw = random.Random(4)
    container.settings.first_start("2026-01-23", "")
    for back in range(15, 0, -1):
        clock.moment = EVENING - timedelta(days=back)
        while ids := container.review.queue().ids:
            rating = draw.choices(list(Rating), (12, 8, 70, 10))[0]
            container.review.answer(ids[0], rating, draw.randint(4_000, 15_000))
            clock.moment += timedelta(seconds=draw.randint(5, 40))
        container.days.close(OpenItems.DROP)
    clock.moment = EVENING
    for item in ("p90/16/objective/1", "p90/16/point/1", "p90/16/point/2"):
        container.ticks.tick(item)


async def draw() -> None:
    """Today with the lab of day 16, and the other screens."""
    os.environ["TZ"] = "UTC"
    with tempfile.TemporaryDirectory() as home:
        paths = resolve_paths({"STUDYCTL_HOME": home})
        clock = StandingClock()
        container = open_container(paths, clock)
        study(container, clock)
        container.close()
        app = StudyApp(paths=paths, clock=clock)
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
