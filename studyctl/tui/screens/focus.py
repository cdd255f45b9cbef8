"""Focus: ten minutes on one named micro-target; stray thoughts are parked, nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Digits, Input, Static

from studyctl.domain.clock import from_millis, to_millis
from studyctl.domain.outcome import Area
from studyctl.domain.sprint import DEFAULT_MINUTES, Sprint, Thought
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.progress_text import counted

if TYPE_CHECKING:
    from studyctl.services.sprints import SprintStatus

SECOND = 0.25
_NAMING, _RUNNING, _OVER, _ENDED = "-naming", "-running", "-over", "-ended"
_PHASES = (_NAMING, _RUNNING, _OVER, _ENDED)
_PROMPTS = {
    _NAMING: "one micro-target, then enter",
    _RUNNING: "a stray thought, then enter",
    _OVER: "a stray thought, then enter",
}


class FocusScreen(StudyScreen):
    """Naming, running, over, ended: the phase follows the stored sprint, so it survives quit and kill."""

    HEADING = "Focus"
    SCOPE = Scope.FOCUS
    BOUND = frozenset({Area.SPRINT})
    BINDINGS = bindings(Scope.FOCUS)
    CSS_PATH = "focus.tcss"
    AUTO_FOCUS = "#line"

    def __init__(self, target: str = "", item_id: str = "") -> None:
        super().__init__()
        self._target = target
        self._item_id = item_id
        self._sprint: Sprint | None = None
        self._parked: tuple[str, ...] = ()
        self._interruptions = 0
        self._waiting = 0
        self._phase = ""

    def body(self) -> ComposeResult:
        """The skeleton."""
        with Vertical(id="focus"):
            yield Static(id="target", markup=False)
            yield Digits(id="remaining")
            yield Static(id="ends", markup=False)
            yield Static(id="choice", markup=False)
            yield Input(id="line", select_on_focus=False)
            yield Static(id="parked", markup=False)

    def on_mount(self) -> None:
        """The countdown reads the clock; it does not count by itself."""
        self.set_interval(SECOND, self._count)

    @property
    def still(self) -> bool:
        """Nothing moves while the sprint runs, except the countdown."""
        return self._phase == _RUNNING

    def load(self) -> None:
        """Ask for the open sprint."""
        self.ask(lambda container: container.sprints.status(), self.show)

    def show(self, status: SprintStatus | None) -> None:
        """Paint the sprint, or ask for a target."""
        if status is None:
            if self._phase != _ENDED:
                self._sprint = None
                self._enter(_NAMING)
            return
        self._sprint = status.sprint
        self._parked = tuple(thought.text for thought in status.thoughts)
        self._interruptions = status.sprint.interruptions
        self._enter(_RUNNING if status.remaining_ms else _OVER)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense in the present phase."""
        if action == "go_on":
            return self._phase == _OVER
        if action == "stop":
            return self._phase in (_RUNNING, _OVER)
        if action == "undo":
            return self._phase not in (_RUNNING, _OVER) and super().check_action(action, parameters)
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """Target and parked thoughts."""
        target = self._sprint.target if self._sprint else self._target
        return "\n".join((target, *(f"- {text}" for text in self._parked)))

    @on(Input.Submitted, "#line")
    def take_line(self, event: Input.Submitted) -> None:
        """A target before the sprint, a thought while there is one."""
        text = event.value
        if self._phase == _NAMING:
            item_id = self._item_id if text == self._target and self._item_id else None
            self.act(lambda container: container.sprints.start(text, item_id=item_id), self.started, self._refused)
        else:
            self.act(lambda container: container.inbox.capture(text), self.captured)

    def started(self, sprint: Sprint) -> None:
        """The sprint runs."""
        self._sprint, self._parked, self._interruptions = sprint, (), 0
        self.query_one("#line", Input).value = ""
        self.say("")
        self._enter(_RUNNING)

    def captured(self, thought: Thought) -> None:
        """The thought is safe; back to the target."""
        self._parked = (*self._parked, thought.text)
        self._interruptions += thought.sprint_id is not None
        self.query_one("#line", Input).value = ""
        self.say(f"acked: {thought.text}")
        self._paint()

    def action_enter(self) -> None:
        """After the end: decide on the parked thoughts, or return to Today."""
        if self._phase == _ENDED:
            self.study.go("inbox" if self._waiting else "today")

    def action_go_on(self) -> None:
        """Ten minutes more on the same target."""
        self.act(lambda container: container.sprints.go_on(), self.started, self._refused)

    def action_stop(self) -> None:
        """End the sprint."""
        self.act(lambda container: container.sprints.stop(), self.stopped, self._refused)

    def stopped(self, sprint: Sprint) -> None:
        """Say what it was; letters are keys again, and triage is offered."""
        self._sprint = sprint
        self._interruptions = sprint.interruptions
        self.say("")
        self._enter(_ENDED)
        self.ask(lambda container: len(container.inbox.thoughts()), self.offer)

    def offer(self, waiting: int) -> None:
        """Offer to decide on the thoughts that wait in the inbox."""
        self._waiting = waiting
        self._paint()

    def _refused(self, error: StudyError) -> None:
        self.complain(error)
        self.load()

    def _enter(self, phase: str) -> None:
        if phase != self._phase:
            self._phase = phase
            for name in _PHASES:
                self.set_class(name == phase, name)
            line = self.query_one("#line", Input)
            line.placeholder = _PROMPTS.get(phase, "")
            line.disabled = phase == _ENDED
            if phase == _NAMING:
                line.value = self._target
                line.select_all()
            if phase != _ENDED:
                line.focus()
            self.refresh_bindings()
        self._paint()

    def _paint(self) -> None:
        sprint = self._sprint
        if sprint is None:
            self.query_one("#target", Static).update(f"Name a micro-target for {DEFAULT_MINUTES} minutes.")
            self.query_one("#parked", Static).update("Enter starts the sprint, esc leads back to Today.")
            return
        ends = from_millis(sprint.ends_at, self.study.clock.now().tzinfo)
        self.query_one("#target", Static).update(sprint.target)
        self.query_one("#ends", Static).update(f"ends {ends:%H:%M}; survives quit and kill")
        self.query_one("#choice", Static).update(self._choice())
        heading = f"parked in this sprint: {counted(self._interruptions, 'interruption')}"
        self.query_one("#parked", Static).update(
            "\n".join((heading, *(f"- {text}" for text in reversed(self._parked)))) if self._parked else ""
        )
        self._show_remaining()

    def _choice(self) -> str:
        if self._phase == _OVER:
            return "The time is over.   f7 go on (+10 min)   f8 stop"
        if self._phase == _ENDED and self._sprint is not None:
            worked = self._sprint.worked_ms // 60_000
            what = f"{worked} min worked, {counted(self._interruptions, 'interruption')}."
            triage = f"enter decides on {counted(self._waiting, 'parked thought')}   " if self._waiting else ""
            return f"Sprint ended: {what}   {triage}s next sprint   esc Today"
        return ""

    def _count(self) -> None:
        if self._phase != _RUNNING or self._sprint is None:
            return
        self._show_remaining()
        if not self._sprint.remaining_ms(to_millis(self.study.clock.now())):
            self._enter(_OVER)

    def _show_remaining(self) -> None:
        if self._sprint is not None:
            seconds = -(-self._sprint.remaining_ms(to_millis(self.study.clock.now())) // 1000)
            text = f"{seconds // 60:02}:{seconds % 60:02}"
            digits = self.query_one(Digits)
            if digits.value != text:
                digits.update(text)
