"""The one registry of actions: bindings, key bar, help and command palette all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Scope(StrEnum):
    """Where an action works; the value is the heading in the help."""

    GLOBAL = "Everywhere"
    LIST = "Lists"
    TODAY = "Today"
    DAY = "Day"
    CLOSE_DAY = "Close day"
    FOCUS = "Sprint"
    INBOX = "Inbox"
    REVIEW = "Review"
    INTERVIEW = "Interview"
    LABS = "Labs"
    LAB = "Lab"
    PREDICT = "Predict"
    LAB_CARDS = "Cards from a run"
    PROGRESS = "Progress"
    LESSON = "Lesson"
    SEARCH = "Search"
    MAP = "Map"
    STATISTICS = "Statistics"
    BROWSER = "Cards"


@dataclass(frozen=True)
class Action:
    """One thing that keys do. `id` is stable, so that users can rebind it; `run` is the Textual action.

    A letter has the same `label` wherever it is bound.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: Scope
    run: str
    footer: bool = True
    key_name: str = ""


def _jump(name: str, letter: str, function: str, help_text: str) -> Action:
    return Action(f"go.{name}", (letter, function), name, help_text, Scope.GLOBAL, f"jump('{name}')")


_GLOBAL = (
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

_LIST = (
    Action("list.down", ("j", "down"), "down", "Next line", Scope.LIST, "cursor_down", False),
    Action("list.up", ("k", "up"), "up", "Previous line", Scope.LIST, "cursor_up", False),
    Action("list.first", ("g", "home"), "top", "First line", Scope.LIST, "first", False),
    Action("list.last", ("G", "end"), "bottom", "Last line", Scope.LIST, "last", False),
    Action("list.page_down", ("pagedown",), "page down", "A page down", Scope.LIST, "page_down", False),
    Action("list.page_up", ("pageup",), "page up", "A page up", Scope.LIST, "page_up", False),
)

_DAY = (Action("day.open", ("enter",), "open", "Open the lesson or the lab", Scope.DAY, "open"),)

_TODAY = (
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

_FOCUS_HELP = "Start the named sprint; while it runs, park what was typed in the inbox"

_CLOSE_DAY = (
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

_FOCUS = (
    Action("focus.go_on", ("f7",), "go on", "When the time is over: ten minutes more", Scope.FOCUS, "go_on"),
    Action("focus.stop", ("f8",), "stop", "End the sprint: at its end, or early", Scope.FOCUS, "stop"),
    Action("focus.enter", ("enter",), "confirm", _FOCUS_HELP, Scope.FOCUS, "enter"),
)

_INBOX = (
    Action("inbox.todo", ("t",), "to-do", "Keep the thought as a to-do", Scope.INBOX, "triage('todo')"),
    Action("inbox.done", ("d",), "done", "The thought is settled", Scope.INBOX, "triage('done')"),
    Action("inbox.drop", ("x",), "drop", "Let the thought go", Scope.INBOX, "triage('drop')"),
    Action("inbox.swap", ("tab",), "list / add", "Between the list and the line that adds", Scope.INBOX, "swap"),
)

_REVIEW = (
    Action("review.reveal", ("space",), "reveal", "Turn the card", Scope.REVIEW, "reveal"),
    Action("review.again", ("1",), "again", "Not recalled", Scope.REVIEW, "rate(1)", False),
    Action("review.hard", ("2",), "hard", "Recalled with trouble", Scope.REVIEW, "rate(2)", False),
    Action("review.good", ("3",), "good", "Recalled", Scope.REVIEW, "rate(3)", False),
    Action("review.easy", ("4",), "easy", "Recalled at once", Scope.REVIEW, "rate(4)", False),
    Action("review.go_on", ("enter",), "go on", "Turn the card; then give the marked rating", Scope.REVIEW, "go_on"),
    Action("review.edit", ("e",), "edit", "The text of the card in your own editor", Scope.REVIEW, "edit"),
    Action("review.suspend", ("-",), "suspend", "Ask the card no more; undo asks it again", Scope.REVIEW, "suspend"),
    Action("review.flag", ("!",), "flag", "Call the card bad, with a note; or take that back", Scope.REVIEW, "flag"),
    Action("review.practice", ("R",), "practice", "Where nothing is due: cards for practice", Scope.REVIEW, "practice"),
    Action(
        "review.swap",
        ("tab",),
        "line / keys",
        "Out of the line for the answer, or into it",
        Scope.REVIEW,
        "swap",
    ),
)

_SURE = ("guessing", "doubtful", "half sure", "fairly sure", "certain")

_INTERVIEW = (
    Action(
        "interview.finish", ("f5",), "finished", "Stop the clock; confidence is asked next", Scope.INTERVIEW, "finish"
    ),
    Action("interview.mode", ("f4",), "typed/spoken", "Type the answer, or speak it", Scope.INTERVIEW, "switch_mode"),
    *(
        Action(
            f"interview.confidence{n}",
            (str(n),),
            "how sure",
            f"Confidence before the key points: {word}",
            Scope.INTERVIEW,
            f"confidence({n})",
            n == 1,
            "1-5" if n == 1 else "",
        )
        for n, word in enumerate(_SURE, start=1)
    ),
    Action(
        "interview.tick", ("space",), "tick", "The answer contained this key point, or not", Scope.INTERVIEW, "tick"
    ),
    Action("interview.next", ("enter",), "go on", "Score the ticks; then the next question", Scope.INTERVIEW, "go_on"),
    Action(
        "interview.attempts", ("z",), "attempts", "Unfold earlier attempts, or fold them", Scope.INTERVIEW, "unfold"
    ),
)

_LABS = (Action("labs.open", ("enter",), "open", "Open the lab's page", Scope.LABS, "open"),)

_LAB = (
    Action("lab.run", ("enter",), "run", "Grade the file in the workspace; on a record: show it", Scope.LAB, "run"),
    Action("lab.begin", ("b",), "begin", "Copy the starter to the workspace; never overwrites", Scope.LAB, "begin"),
    Action("lab.cancel", ("c",), "cancel", "End the run and everything that it started", Scope.LAB, "cancel"),
    Action("lab.records", ("o",), "records", "Results of former runs", Scope.LAB, "records"),
    Action("lab.hint", ("h",), "hint", "The next hint; each costs more, and later records say so", Scope.LAB, "hint"),
    Action("lab.page", ("w",), "page/run", "Between the lab's page and its run", Scope.LAB, "turn"),
    Action("lab.predict", ("P",), "predict", "Say what you expect of the figures before a run", Scope.LAB, "predict"),
    Action("lab.keep", ("K",), "keep", "Make cards of the figures of a run that passed", Scope.LAB, "keep"),
)

_PREDICT = (
    Action("predict.save", ("enter",), "save", "Keep what stands in the fields", Scope.PREDICT, "save"),
    Action("predict.next", ("tab",), "next", "Next figure", Scope.PREDICT, "app.focus_next"),
)

_LAB_CARDS = (
    Action("lab_cards.choose", ("space",), "choose", "Choose the card, or not", Scope.LAB_CARDS, "choose"),
    Action("lab_cards.add", ("enter",), "add", "Add the chosen cards to your deck", Scope.LAB_CARDS, "add"),
    Action("lab_cards.swap", ("tab",), "list / card", "Between list and card", Scope.LAB_CARDS, "app.focus_next"),
)

_PROGRESS = (
    Action("progress.open", ("enter",), "open", "Open the day under the cursor", Scope.PROGRESS, "open"),
    Action("progress.left", ("left",), "week back", "The same day a week earlier", Scope.PROGRESS, "week(-1)", False),
    Action("progress.right", ("right",), "week on", "The same day a week later", Scope.PROGRESS, "week(1)", False),
    Action("progress.export", ("m",), "export", "Write the progress page as Markdown", Scope.PROGRESS, "export"),
)

_FOLLOW = "Open what is selected"

_LESSON = (
    Action("lesson.open", ("enter",), "open", "Open the link that is selected", Scope.LESSON, "open"),
    Action("lesson.swap", ("tab",), "text / links", "Between the text and its links", Scope.LESSON, "app.focus_next"),
)

_SEARCH = (
    Action("search.open", ("enter",), "open", _FOLLOW, Scope.SEARCH, "open"),
    Action("search.swap", ("tab",), "words / hits", "Between the words and what has them", Scope.SEARCH, "swap"),
)

_MAP = (Action("map.open", ("enter",), "open", "Open the lesson or day that teaches the topic", Scope.MAP, "open"),)

_STATISTICS = (
    Action("statistics.page", ("tab",), "page", "The next page", Scope.STATISTICS, "turn(1)"),
    Action("statistics.page_back", ("shift+tab",), "page back", "The page before", Scope.STATISTICS, "turn(-1)", False),
    Action("statistics.shorter", ("left",), "shorter", "A shorter span of days", Scope.STATISTICS, "span(-1)"),
    Action("statistics.longer", ("right",), "longer", "A longer span: 30, 90, 365 days", Scope.STATISTICS, "span(1)"),
)

_BROWSER = (
    Action("browser.open", ("enter",), "open", "The card over the whole screen, and back", Scope.BROWSER, "open"),
    Action("browser.suspend", ("-",), "suspend", "Ask the card no more, or again", Scope.BROWSER, "suspend"),
    Action("browser.flag", ("!",), "flag", "Flag the card with a note, or take its flag off", Scope.BROWSER, "flag"),
    Action("browser.edit", ("e",), "edit", "The text of the card in your own editor", Scope.BROWSER, "edit"),
    Action("browser.practice", ("R",), "practice", "Ask the cards of the query", Scope.BROWSER, "practice"),
    Action("browser.order", ("O",), "order", "Another order of the list", Scope.BROWSER, "order"),
    Action("browser.swap", ("tab",), "query / cards", "Between the query and the list", Scope.BROWSER, "swap"),
)

ACTIONS: tuple[Action, ...] = (
    *_GLOBAL,
    *_LIST,
    *_TODAY,
    *_DAY,
    *_CLOSE_DAY,
    *_FOCUS,
    *_INBOX,
    *_REVIEW,
    *_INTERVIEW,
    *_LABS,
    *_LAB,
    *_PREDICT,
    *_LAB_CARDS,
    *_PROGRESS,
    *_LESSON,
    *_SEARCH,
    *_MAP,
    *_STATISTICS,
    *_BROWSER,
)

BY_ID = {action.id: action for action in ACTIONS}


def in_scope(scope: Scope) -> tuple[Action, ...]:
    """The actions of one scope."""
    return tuple(action for action in ACTIONS if action.scope is scope)


def bindings(scope: Scope) -> list[BindingType]:
    """The bindings of one scope, for a screen's or widget's BINDINGS."""
    return [
        Binding(
            ",".join(action.keys),
            action.run,
            action.label,
            show=action.footer,
            key_display=action.key_name or None,
            tooltip=action.help,
            id=action.id,
        )
        for action in in_scope(scope)
    ]
