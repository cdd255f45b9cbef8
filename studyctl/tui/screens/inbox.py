"""Inbox: thoughts that were captured, and what becomes of them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from studyctl.domain.clock import to_millis
from studyctl.domain.outcome import Area
from studyctl.domain.sprint import Thought, Triage
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.row_list import Row, RowList

_WORDS = {"todo": "kept as a to-do", "done": "done", "dropped": "dropped"}


class InboxScreen(StudyScreen):
    """Open thoughts, oldest first, and a line that adds one."""

    HEADING = "Inbox"
    SCOPE = Scope.INBOX
    BOUND = frozenset({Area.INBOX})
    BINDINGS = bindings(Scope.INBOX)
    CSS_PATH = "inbox.tcss"
    AUTO_FOCUS = "#thoughts"

    def __init__(self) -> None:
        super().__init__()
        self._thoughts: dict[str, Thought] = {}

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="inbox-head", markup=False)
        yield RowList(id="thoughts")
        yield Input(id="new-thought", placeholder="a new thought, then enter (tab moves here and back)")

    def load(self) -> None:
        """Ask for the open thoughts."""
        self.ask(lambda container: container.inbox.thoughts(), self.show)

    def show(self, thoughts: tuple[Thought, ...]) -> None:
        """Paint them."""
        self._thoughts = {str(thought.id): thought for thought in thoughts}
        count = len(thoughts)
        self.query_one("#inbox-head", Static).update(
            f"{count} open thought{'s' if count != 1 else ''}: t to-do, d done, x drop"
            if count
            else "The inbox is empty. What you type below is kept here."
        )
        self.query_one(RowList).show_rows([Row(key, self._line(one)) for key, one in self._thoughts.items()])

    def copied_text(self) -> str:
        """The selected thought."""
        selected = self.query_one(RowList).selected
        return self._thoughts[selected].text if selected in self._thoughts else ""

    def action_triage(self, choice: str) -> None:
        """Decide on the selected thought."""
        selected = self.query_one(RowList).selected
        if selected is None:
            self.say("There is no thought to decide on.")
            return
        thought_id = int(selected)
        self.act(lambda container: container.inbox.triage(thought_id, Triage(choice)), self.decided)

    def decided(self, thought: Thought) -> None:
        """Say what became of it."""
        self.say(f"{_WORDS[thought.state.value]}: {thought.text}  (u takes it back)")

    def action_swap(self) -> None:
        """Between list and line."""
        self.query_one("#thoughts" if self.typing else "#new-thought").focus()

    @on(Input.Submitted, "#new-thought")
    def add(self, event: Input.Submitted) -> None:
        """Capture a thought; the line is emptied once it is stored."""
        text = event.value
        self.act(lambda container: container.inbox.capture(text), self.added)

    def added(self, thought: Thought) -> None:
        """It is stored."""
        self.query_one("#new-thought", Input).value = ""
        self.say(f"acked: {thought.text}")

    def _line(self, thought: Thought) -> str:
        origin = "  (from a sprint)" if thought.sprint_id is not None else ""
        return f"[ ] {age(to_millis(self.study.clock.now()) - thought.captured_at):>5}  {thought.text}{origin}"


def age(millis: int) -> str:
    """Time since, in its largest unit: `now`, `5 min`, `3 h`, `2 d`."""
    minutes = max(0, millis) // 60_000
    for size, unit in ((1440, "d"), (60, "h"), (1, "min")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return "now"
