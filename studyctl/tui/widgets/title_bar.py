"""The first line: program, screen, date and time."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from studyctl.domain.clock import Clock


class TitleBar(Horizontal):
    """`studyctl  Today ... Mon 02 Mar 22:41`; `heading` can be replaced by `name_screen`."""

    def __init__(self, heading: str, clock: Clock) -> None:
        super().__init__()
        self._heading = heading
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Name on the left, time on the right."""
        yield Static(f"studyctl  {self._heading}", id="title-name", markup=False)
        yield Static(self._time(), id="title-time", markup=False)

    def show_time(self) -> None:
        """Bring the time up to date."""
        for time in self.query("#title-time").results(Static):
            time.update(self._time())

    def name_screen(self, heading: str) -> None:
        """Change the heading."""
        self._heading = heading
        for name in self.query("#title-name").results(Static):
            name.update(f"studyctl  {heading}")

    def _time(self) -> str:
        return self._clock.now().strftime("%a %d %b  %H:%M")
