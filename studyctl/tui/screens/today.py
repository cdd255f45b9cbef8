"""Today: the first unfinished day, with the next action preselected."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from studyctl.domain.clock import from_millis, study_date, to_millis
from studyctl.domain.outcome import Area
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.day_pane import DayPane
from studyctl.tui.widgets.day_text import LAB, target_of
from studyctl.tui.widgets.row_list import Row
from studyctl.tui.widgets.today_text import head_line, queue_lines

if TYPE_CHECKING:
    from studyctl.services.ticks import Ticked
    from studyctl.services.today import TodayView

_SPRINT, _CLOSE = "act:sprint", "act:close"


class TodayScreen(StudyScreen):
    """Header, next action, plan with text, queues."""

    HEADING = "Today"
    SCOPE = Scope.TODAY
    BOUND = frozenset(Area)
    BINDINGS = bindings(Scope.TODAY)
    AUTO_FOCUS = "#plan"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]

    def __init__(self) -> None:
        super().__init__()
        self._view: TodayView | None = None
        self._date: date | None = None

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="head", markup=False)
        with Horizontal(id="next-line"):
            yield Static("NEXT >", id="next", markup=False)
            yield Static(id="next-key", markup=False)
        yield DayPane(Static("QUEUES", id="queues", markup=False))
        yield Input(id="evidence", classes="popup", placeholder="evidence: record id or file, enter; esc leaves it")

    @property
    def pane(self) -> DayPane:
        """List and text."""
        return self.query_one(DayPane)

    def load(self) -> None:
        """Ask for the day."""
        self.ask(lambda container: container.today.view(), self.show)

    def tick(self) -> None:
        """Keep the time, and notice that a sprint came to its end or that a new study day began."""
        super().tick()
        if self._view is None:
            return
        now, sprint = self.study.clock.now(), self._view.sprint
        over = sprint is not None and sprint.remaining_ms > 0 and to_millis(now) >= sprint.sprint.ends_at
        if over or self._date != study_date(now, self._view.settings.rollover_hour):
            self.load()

    def show(self, view: TodayView) -> None:
        """Paint the day."""
        self._view = view
        self._date = study_date(self.study.clock.now(), view.settings.rollover_hour)
        self.query_one("#head", Static).update(head_line(view, 12 if self.size.width < 100 else 32))
        text, key = self._next_line(view)
        self.query_one("#next", Static).update(f"NEXT >  {text}")
        self.query_one("#next-key", Static).update(key)
        self.query_one("#queues", Static).update(queue_lines(view))
        self.pane.show(view.view, _next_row(view), self._lead(view))

    def copied_text(self) -> str:
        """The selected line's text."""
        return self.pane.text

    def jump_arguments(self, name: str) -> tuple[str, ...]:
        """A sprint begins from the selected item."""
        if name == "lesson":
            return (self.pane.address,) if self.pane.address else ()
        if name != "sprint":
            return ()
        if (shown := self.pane.item) is not None:
            return target_of(shown.item), shown.item.id
        if (lab := self.pane.lab) is not None:
            return (lab.lab.title,)
        return ()

    def action_start(self) -> None:
        """Start what is selected."""
        selected = self.pane.rows.selected
        if selected == _CLOSE:
            self.action_close_day()
        elif self.pane.on_lesson:
            self.action_look("lesson")
        elif self.pane.lab is not None:
            self.study.go("lab", self.pane.lab.lab.slug)
        elif selected is not None:
            self.action_jump("sprint")

    def action_tick_item(self) -> None:
        """Tick, or open again."""
        if (shown := self.pane.item) is None:
            self.say("Space ticks items of the plan; a lab is proved by a passed run: enter opens it.")
            return
        item_id = shown.item.id
        self.act(lambda container: container.ticks.toggle(item_id), self.ticked)

    def ticked(self, ticked: Ticked) -> None:
        """Say what the item is now."""
        evidence = f" by {ticked.tick.evidence}" if ticked.tick.evidence else ""
        self.say(f"{ticked.item.id} is {ticked.tick.status.value}{evidence}. u takes it back.")

    def action_attach(self) -> None:
        """Ask for evidence."""
        if self.pane.item is None:
            self.say("Evidence belongs to an item of the plan.")
            return
        self.open_field("evidence")

    @on(Input.Submitted, "#evidence")
    def take_evidence(self, event: Input.Submitted) -> None:
        """Tick the selected item with a record or a file."""
        shown, evidence = self.pane.item, event.value.strip()
        if shown is None or not evidence:
            self.close_fields()
            return
        item_id = shown.item.id
        self.act(lambda container: container.ticks.tick(item_id, evidence), self.attached)

    def attached(self, ticked: Ticked) -> None:
        """The item is proved."""
        self.close_fields()
        self.ticked(ticked)

    def action_close_day(self) -> None:
        """Ask what happens to what is open."""
        self.study.open("close_day")

    def _next_line(self, view: TodayView) -> tuple[str, str]:
        action = view.next_action
        if view.sprint is not None:
            ends = from_millis(view.sprint.sprint.ends_at, self.study.clock.now().tzinfo)
            state = f"runs until {ends:%H:%M}" if view.sprint.remaining_ms else "is over: stop or go on"
            return f"Sprint {state}: {action.label}", "[s] return"
        if action.kind == "none":
            return action.label, ""
        return action.label.replace("`", ""), "[enter] start"

    def _lead(self, view: TodayView) -> tuple[Row, ...]:
        action = view.next_action
        if action.kind == "sprint":
            return (Row(_SPRINT, f"[>] Sprint: {action.label}"),)
        if action.kind == "close":
            return (Row(_CLOSE, "[>] Everything is ticked: close the day"),)
        return ()


def _next_row(view: TodayView) -> str:
    action = view.next_action
    return {"sprint": _SPRINT, "close": _CLOSE, "lab": f"{LAB}{action.target}"}.get(action.kind, action.target)
