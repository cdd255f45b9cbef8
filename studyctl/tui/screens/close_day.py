"""Closing a day: what is open is carried over or dropped, by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import ItemGrid, VerticalScroll
from textual.widgets import Button, Static

from studyctl.domain.ticks import OpenItems
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.day_text import line_of

if TYPE_CHECKING:
    from studyctl.services.days import Closing


class Choice(Button, inherit_bindings=False):
    """One of several equal answers."""

    BINDINGS = bindings(Scope.CLOSE_DAY)


class CloseDayScreen(StudyScreen):
    """Names what is open and waits; nothing is closed without an answer."""

    HEADING = "Close day"
    SCOPE = Scope.CLOSE_DAY
    CSS_PATH = "close_day.tcss"
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._offer: Closing | None = None

    def body(self) -> ComposeResult:
        """The skeleton: the choices come with the day."""
        with VerticalScroll(id="closing", can_focus=False):
            yield Static("opening ...", id="closing-text", markup=False)
        yield ItemGrid(id="choices", min_column_width=20, stretch_height=False)

    def load(self) -> None:
        """Ask what closing would mean."""
        self.ask(lambda container: container.days.preview(), self.show)

    def show(self, closing: Closing) -> None:
        """Offer the choices."""
        self._offer = closing
        self.query_one("#closing-text", Static).update(_explained(closing))
        grid = self.query_one("#choices", ItemGrid)
        choices = [Choice("Cancel", id="cancel")]
        if closing.open_items:
            choices[:0] = [Choice(f"Carry {len(closing.open_items)} over", id="carry"), Choice("Drop them", id="drop")]
        else:
            choices.insert(0, Choice(f"Close {closing.address}", id="drop"))
        grid.remove_children()
        grid.mount_all(choices)
        choices[0].focus()

    @on(Button.Pressed)
    def take(self, event: Button.Pressed) -> None:
        """Do what was chosen."""
        if event.button.id == "cancel":
            self.study.back()
            return
        choice = OpenItems.CARRY if event.button.id == "carry" else OpenItems.DROP
        self.act(lambda container: container.days.close(choice), lambda closing: self._finish(closing, choice))

    def action_turn(self, pages: int) -> None:
        """Scroll what is open by pages."""
        scroll = self.query_one("#closing", VerticalScroll)
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    def copied_text(self) -> str:
        """What is open."""
        return _explained(self._offer) if self._offer else ""

    def _finish(self, closing: Closing, choice: OpenItems) -> None:
        count = len(closing.open_items)
        what = "carried over" if choice is OpenItems.CARRY else "dropped"
        items = f", {count} item{'s' if count != 1 else ''} {what}" if count else ""
        self.study.back(say=f"{closing.address} is closed{items}. u takes it back.")


def _explained(closing: Closing) -> str:
    following = f"then comes {closing.next}" if closing.next else "it is the last day of the track"
    if not closing.open_items:
        return f"Everything of {closing.address} is ticked; {following}."
    count = len(closing.open_items)
    lines = [f"{closing.address} has {count} open item{'s' if count != 1 else ''}; {following}.", ""]
    return "\n".join([*lines, *(f"[ ] {line_of(item)}" for item in closing.open_items)])
