"""Any day of any track, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from studyctl.domain.address import parse_address
from studyctl.domain.outcome import Area
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.day_pane import DayPane
from studyctl.tui.widgets.title_bar import TitleBar
from studyctl.tui.widgets.today_text import bar

if TYPE_CHECKING:
    from studyctl.services.plan import DayView


class DayScreen(StudyScreen):
    """The plan of `address` with its ticks; nothing can be changed here."""

    HEADING = "Day"
    SCOPE = Scope.DAY
    BINDINGS = bindings(Scope.DAY)
    BOUND = frozenset({Area.ITEMS, Area.DAYS, Area.LABS})
    CSS_PATH = "day.tcss"
    AUTO_FOCUS = "#plan"

    def __init__(self, address: str, item_id: str = "") -> None:
        super().__init__()
        self.address = address
        self._item_id = item_id

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="day-head", markup=False)
        yield DayPane()

    def load(self) -> None:
        """Ask for the day."""
        self.ask(lambda container: container.plan.show(parse_address(self.address)), self.show)

    def show(self, view: DayView) -> None:
        """Paint the day."""
        day, done = view.day, view.completion
        hours = f"  {day.hours:g} h planned" if day.hours else ""
        self.query_one(TitleBar).name_screen(f"Day {day.address}")
        self.query_one("#day-head", Static).update(
            f"{view.state.value}  {bar(done.share, 16)} {done.done}/{done.total} done{hours}  read only"
        )
        self.query_one(DayPane).show(view, select=self._item_id)

    def jump_arguments(self, name: str) -> tuple[str, ...]:
        """This day's lesson."""
        return (self.address,) if name == "lesson" else ()

    def action_open(self) -> None:
        """Open the lesson or the lab that is selected."""
        pane = self.query_one(DayPane)
        if pane.on_lesson:
            self.action_look("lesson")
        elif pane.lab is not None:
            self.study.open("lab", pane.lab.lab.slug)

    def copied_text(self) -> str:
        """The selected line's text."""
        return self.query_one(DayPane).text
