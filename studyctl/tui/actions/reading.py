"""Actions of lessons, search and the map."""

from __future__ import annotations

from studyctl.tui.actions.action import Action, Scope

_FOLLOW = "Open what is selected"

LESSON = (
    Action("lesson.open", ("enter",), "open", "Open the link that is selected", Scope.LESSON, "open"),
    Action("lesson.swap", ("tab",), "text / links", "Between the text and its links", Scope.LESSON, "app.focus_next"),
)

SEARCH = (
    Action("search.open", ("enter",), "open", _FOLLOW, Scope.SEARCH, "open"),
    Action("search.swap", ("tab",), "words / hits", "Between the words and what has them", Scope.SEARCH, "swap"),
)

MAP = (Action("map.open", ("enter",), "open", "Open the lesson or day that teaches the topic", Scope.MAP, "open"),)
