"""What every screen has: title, status line, key bar, and its way to the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Container as Box
from textual.screen import Screen
from textual.widgets import Input, TextArea

from studyctl.domain.outcome import NOTHING, Changes, Outcome
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.desk import Job
from studyctl.tui.messages import Refused, Served
from studyctl.tui.widgets.key_bar import KeyBar
from studyctl.tui.widgets.status_line import StatusLine
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.storage.undo import Act
    from studyctl.tui.app import StudyApp

T = TypeVar("T")


class StudyScreen(Screen[None]):
    """Base of all screens. A subclass gives HEADING, SCOPE, BOUND, `body` and `load`."""

    HEADING: ClassVar[str] = ""
    SCOPE: ClassVar[Scope] = Scope.GLOBAL
    BOUND: ClassVar[Changes] = NOTHING
    UNDO_SCOPE: ClassVar[str | None] = None
    BINDINGS = bindings(Scope.GLOBAL)

    def __init__(self) -> None:
        super().__init__()
        self._stale = False

    @property
    def study(self) -> StudyApp:
        """The application."""
        return cast("StudyApp", self.app)

    @property
    def still(self) -> bool:
        """True while nothing on the screen may move by itself: recalling, sprinting."""
        return False

    def compose(self) -> ComposeResult:
        """Title, body, status line, key bar."""
        yield TitleBar(self.HEADING, self.study.clock)
        with Box(id="body"):
            yield from self.body()
        yield StatusLine()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """The widgets between title and status line, empty until `load` fills them."""
        yield from ()

    def load(self) -> None:
        """Ask the services for what the screen shows; called on mount and after bound changes."""

    def tick(self) -> None:
        """Called about every two seconds while the screen is on top and not `still`."""
        for title in self.query(TitleBar):  # none yet while the screen is being composed
            title.show_time()

    def on_mount(self) -> None:
        """First load."""
        self.load()

    def on_screen_resume(self) -> None:
        """Catch up with what changed while another screen was on top."""
        if self._stale:
            self._stale = False
            self.load()

    def receive(self, changes: Changes) -> None:
        """Changes arrived: load now, or on resume where the screen is covered or `still`."""
        if not self.BOUND & changes:
            return
        if self.is_current and not self.still:
            self.load()
        else:
            self._stale = True

    def ask(
        self,
        work: Callable[[Container], T],
        then: Callable[[T], None],
        failed: Callable[[StudyError], None] | None = None,
    ) -> None:
        """Run a read on the service thread; `then` gets its value on this screen.

        A StudyError goes to `failed`, by default to the status line.
        """
        self.study.desk.submit(Job(work, self, then, failed))

    def act(
        self,
        work: Callable[[Container], Outcome[T]],
        then: Callable[[T], None] | None = None,
        failed: Callable[[StudyError], None] | None = None,
    ) -> None:
        """Run a write on the service thread; `then` gets the outcome's value, bound screens its changes."""
        self.study.desk.submit(Job(work, self, then, failed))

    def say(self, text: str) -> None:
        """Show a line of status."""
        self.query_one(StatusLine).say(text)

    def complain(self, error: StudyError) -> None:
        """Show what went wrong and what to do next."""
        self.query_one(StatusLine).complain(error.message, error.hint)

    @on(Served)
    def take_served(self, message: Served) -> None:
        """Hand a service's value to the method that waits for it."""
        message.then(message.value)

    @on(Refused)
    def take_refused(self, message: Refused) -> None:
        """Hand an explained failure on, or show it."""
        (message.then or self.complain)(message.error)

    def copied_text(self) -> str:
        """What `y` copies: text of the focused thing."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Filter works where the screen has a line for it."""
        if action == "filter":
            return bool(self.query("#filter"))
        return True

    def jump_arguments(self, name: str) -> tuple[str, ...]:
        """What a jump to another screen takes along, e.g. the selected item to a sprint."""
        return ()

    def action_jump(self, name: str) -> None:
        """Go to another screen."""
        self.study.go(name, *self.jump_arguments(name))

    def action_look(self, name: str) -> None:
        """Put a screen to read on top; `esc` leads back here."""
        self.study.open(name, *self.jump_arguments(name))

    def action_help(self) -> None:
        """Explain the keys of this screen."""
        self.study.open_help(self.SCOPE)

    def action_back(self) -> None:
        """Close an open pop-up field, else go one screen back, at last to Today."""
        if not self.close_fields():
            self.study.back()

    def action_undo(self) -> None:
        """Take the newest act back."""
        self.act(lambda container: container.undo.undo(self.UNDO_SCOPE), self.undone)

    def undone(self, act: Act) -> None:
        """Called after an undo."""
        self.say(f"Taken back: {act.summary}")

    def action_copy(self) -> None:
        """Copy by OSC 52, which also works over SSH."""
        text = self.copied_text()
        if not text:
            self.say("Nothing to copy here.")
            return
        self.app.copy_to_clipboard(text)
        first = text.strip().splitlines()[0]
        self.say(f"Copied: {first if len(first) <= 60 else first[:57] + '...'}")

    def action_filter(self) -> None:
        """Put the cursor into the filter."""
        self.open_field("filter")

    def open_field(self, field_id: str) -> None:
        """Show a pop-up field and put the cursor into it."""
        field = self.query_one(f"#{field_id}", Input)
        field.add_class("-open")
        field.focus()

    def close_fields(self) -> bool:
        """Empty and hide pop-up fields; False where none was open."""
        closed = False
        for field in self.query("Input.popup.-open").results(Input):
            field.value = ""
            field.remove_class("-open")
            closed = True
        if closed and isinstance(self.AUTO_FOCUS, str):
            self.query(self.AUTO_FOCUS).first().focus()
        return closed

    @property
    def typing(self) -> bool:
        """True where a text field has the keyboard."""
        return isinstance(self.focused, (Input, TextArea))
