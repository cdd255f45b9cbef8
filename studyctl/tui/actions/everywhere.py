"""Actions that work everywhere, and those of every list."""

from __future__ import annotations

from studyctl.tui.actions.action import Action, Scope


def _jump(name: str, letter: str, function: str, help_text: str) -> Action:
    return Action(f"go.{name}", (letter, function), name, help_text, Scope.GLOBAL, f"jump('{name}')")


GLOBAL = (
    _jump("sprint", "s", "f1", "Name a micro-target and start a 10-minute sprint, or return to the running one"),
    _jump("inbox", "i", "f2", "Thoughts that were captured; decide on them when no sprint runs"),
    _jump("review", "r", "f3", "The cards that are due"),
    _jump("labs", "l", "f4", "Labs and their results"),
    _jump("interview", "v", "f5", "A mock-interview question with a clock"),
    _jump("progress", "p", "f6", "Progress over the whole track"),
    Action("help", ("?",), "help", "The keys of this screen", Scope.GLOBAL, "help"),
    Action("undo", ("u",), "undo", "Take the newest act back, also after a restart", Scope.GLOBAL, "undo", False),
    Action("copy", ("y",), "copy", "Copy the focused thing to the clipboard", Scope.GLOBAL, "copy", False),
    Action(
        "search", ("/",), "search", "Find anything in the content by its words", Scope.GLOBAL, "look('search')", False
    ),
    Action("lesson", ("L",), "lesson", "The lesson of this day, or of today's", Scope.GLOBAL, "look('lesson')", False),
    Action("map", ("M",), "map", "The knowledge map: what teaches each topic", Scope.GLOBAL, "look('map')", False),
    Action(
        "statistics",
        ("S",),
        "statistics",
        "Retention, forecast, workload of the cards",
        Scope.GLOBAL,
        "look('statistics')",
        False,
    ),
    Action("cards", ("B",), "cards", "Every card: search, schedule, history", Scope.GLOBAL, "look('browser')", False),
    Action("filter", ("f",), "filter", "Show only lines that contain a text", Scope.GLOBAL, "filter", False),
    Action("back", ("escape",), "Today", "Back, at last to Today", Scope.GLOBAL, "back", False, "esc"),
    Action("palette", ("ctrl+p",), "palette", "Find any action by name", Scope.GLOBAL, "app.command_palette", False),
    Action("quit", ("q", "ctrl+q"), "quit", "Leave; nothing is lost", Scope.GLOBAL, "app.quit"),
)

LIST = (
    Action("list.down", ("j", "down"), "down", "Next line", Scope.LIST, "cursor_down", False),
    Action("list.up", ("k", "up"), "up", "Previous line", Scope.LIST, "cursor_up", False),
    Action("list.first", ("g", "home"), "top", "First line", Scope.LIST, "first", False),
    Action("list.last", ("G", "end"), "bottom", "Last line", Scope.LIST, "last", False),
    Action("list.page_down", ("pagedown",), "page down", "A page down", Scope.LIST, "page_down", False),
    Action("list.page_up", ("pageup",), "page up", "A page up", Scope.LIST, "page_up", False),
)
