"""The keys that work on a screen, read from the registry."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from studyctl.tui.actions import Action, Scope, in_scope
from studyctl.tui.base import StudyScreen

_NAMES = {"escape": "esc"}


class HelpScreen(StudyScreen):
    """Keys of the screen that asked first, then those that work everywhere."""

    HEADING = "Help"
    CSS_PATH = "help.tcss"

    def __init__(self, scope: str = Scope.GLOBAL.name) -> None:
        super().__init__()
        self._scope = Scope[scope]

    def body(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="keys"):
            yield Static(help_text(self._scope), id="help-text")

    def action_help(self) -> None:
        """The same key closes the help."""
        self.study.back()

    def copied_text(self) -> str:
        """The whole text."""
        return help_text(self._scope).plain


def help_text(scope: Scope) -> Content:
    """The help of one scope as text."""
    parts: list[Content] = []
    for shown in dict.fromkeys((scope, Scope.LIST, Scope.GLOBAL)):
        if actions := in_scope(shown):
            parts.append(Content.styled(shown.value, "bold"))
            parts.extend(_line(action) for action in actions)
            parts.append(Content(""))
    parts.append(Content("Glyphs:  [ ] open  [x] done  [=] proved  [>] next  [-] dropped  [!] last run not passed"))
    return Content("\n").join(parts)


def _line(action: Action) -> Content:
    keys = " ".join(_NAMES.get(key, key) for key in action.keys)
    return Content(f"  {keys:<12} {action.help}")
