"""What is shown when the data cannot be opened: what happened and what to do, no traceback."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from studyctl.errors import StudyError
from studyctl.tui.base import StudyScreen


class ErrorScreen(StudyScreen):
    """The only way from here is out; the exit code is the error's."""

    HEADING = "cannot start"
    CSS_PATH = "error.tcss"

    def __init__(self, error: StudyError) -> None:
        super().__init__()
        self.error = error

    def body(self) -> ComposeResult:
        """Message, hint, and the key that leaves."""
        with VerticalScroll(id="failure"):
            yield Static(Content.styled(self.error.message, "bold"), id="failure-message")
            yield Static(Content(self.error.hint), id="failure-hint")
            yield Static("q leaves; nothing was changed.", id="failure-way-out")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No other screen can work."""
        return action not in ("jump", "look", "undo", "help", "filter") and super().check_action(action, parameters)

    def copied_text(self) -> str:
        """Message and hint."""
        return f"{self.error.message}\n{self.error.hint}"

    async def action_back(self) -> None:  # type: ignore[override]
        """Leave."""
        await self.study.action_quit()
