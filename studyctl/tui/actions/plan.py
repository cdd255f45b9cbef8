"""Actions of days, sprints, thoughts and progress."""

from __future__ import annotations

from studyctl.tui.actions.action import Action, Scope

TODAY = (
    Action("today.toggle", ("space",), "tick", "Tick the item, or open it again", Scope.TODAY, "tick_item"),
    Action(
        "today.start", ("enter",), "start", "Sprint on the item, open the lab, or close the day", Scope.TODAY, "start"
    ),
    Action("today.evidence", ("a",), "attach", "Tick with evidence: a record id or a file", Scope.TODAY, "attach"),
    Action(
        "today.close", ("n",), "close day", "Close the day; open items are carried or dropped", Scope.TODAY, "close_day"
    ),
    Action(
        "today.pane", ("tab",), "text", "Between the list and the text beside it", Scope.TODAY, "app.focus_next", False
    ),
)

DAY = (Action("day.open", ("enter",), "open", "Open the lesson or the lab", Scope.DAY, "open"),)

_FOCUS_HELP = "Start the named sprint; while it runs, park what was typed in the inbox"

CLOSE_DAY = (
    Action("choice.take", ("enter",), "choose", "Take the focused choice", Scope.CLOSE_DAY, "press"),
    Action(
        "choice.page_down", ("pagedown",), "page down", "More of what is open", Scope.CLOSE_DAY, "screen.turn(1)", False
    ),
    Action("choice.page_up", ("pageup",), "page up", "Back in what is open", Scope.CLOSE_DAY, "screen.turn(-1)", False),
    Action("choice.next", ("right", "down"), "next", "Next choice", Scope.CLOSE_DAY, "app.focus_next", False),
    Action(
        "choice.previous", ("left", "up"), "previous", "Choice before", Scope.CLOSE_DAY, "app.focus_previous", False
    ),
)

FOCUS = (
    Action("focus.go_on", ("f7",), "go on", "When the time is over: ten minutes more", Scope.FOCUS, "go_on"),
    Action("focus.stop", ("f8",), "stop", "End the sprint: at its end, or early", Scope.FOCUS, "stop"),
    Action("focus.enter", ("enter",), "confirm", _FOCUS_HELP, Scope.FOCUS, "enter"),
)

INBOX = (
    Action("inbox.todo", ("t",), "to-do", "Keep the thought as a to-do", Scope.INBOX, "triage('todo')"),
    Action("inbox.done", ("d",), "done", "The thought is settled", Scope.INBOX, "triage('done')"),
    Action("inbox.drop", ("x",), "drop", "Let the thought go", Scope.INBOX, "triage('drop')"),
    Action("inbox.swap", ("tab",), "list / add", "Between the list and the line that adds", Scope.INBOX, "swap"),
)

PROGRESS = (
    Action("progress.open", ("enter",), "open", "Open the day under the cursor", Scope.PROGRESS, "open"),
    Action("progress.left", ("left",), "week back", "The same day a week earlier", Scope.PROGRESS, "week(-1)", False),
    Action("progress.right", ("right",), "week on", "The same day a week later", Scope.PROGRESS, "week(1)", False),
    Action("progress.export", ("m",), "export", "Write the progress page as Markdown", Scope.PROGRESS, "export"),
)
