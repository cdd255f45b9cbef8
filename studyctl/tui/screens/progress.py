"""Progress: the heatmap of the active track, completion of every track, labs, retention, and the checklist wall."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from studyctl.domain.outcome import Area, Changes
from studyctl.errors import DataError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets import progress_text
from studyctl.tui.widgets.heatmap import LEGEND, Heatmap
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.export import Exported
    from studyctl.services.progress import ProgressView

WEEK = 7
FILE_NAME = "progress.md"


class ProgressScreen(StudyScreen):
    """Where the learner stands."""

    HEADING = "Progress"
    SCOPE = Scope.PROGRESS
    BOUND: ClassVar[Changes] = frozenset(Area)
    CSS_PATH = "progress.tcss"
    BINDINGS = bindings(Scope.PROGRESS)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-wide")]

    def __init__(self) -> None:
        super().__init__()
        self._view: ProgressView | None = None
        self._folder: Path | None = None

    def body(self) -> ComposeResult:
        """Everything in one column that scrolls; the line for a file name below it."""
        with Reader(id="page", can_focus=False):
            with Horizontal(id="top"):
                yield Heatmap()
                yield Static(id="numbers", markup=False)
            yield Static(LEGEND, id="legend", markup=False)
            yield Static(id="day", markup=False)
            yield Static("Tracks", classes="pane-title", markup=False)
            yield Static(id="tracks", markup=False)
            yield Static("Learning", classes="pane-title", markup=False)
            yield Static(id="learning", markup=False)
            yield Static("Checklist wall", classes="pane-title", markup=False)
            yield Static(id="wall", markup=False)
        with Horizontal(id="export-line"):
            yield Static("Write to:", markup=False)
            yield Input(id="export", select_on_focus=False)

    def on_mount(self) -> None:
        """The heatmap has the keys."""
        self.query_one(Heatmap).focus()

    def load(self) -> None:
        """Read the progress of the active track."""
        self.ask(read_progress, self.show)

    def show(self, read: tuple[ProgressView, Path]) -> None:
        """Show the numbers."""
        view, self._folder = read
        self._view = view
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {view.track.title}")
        self.query_one(Heatmap).show(view.cells, view.track.unit)
        for name, text in (
            ("numbers", progress_text.numbers(view)),
            ("tracks", progress_text.tracks_text(view)),
            ("learning", progress_text.learning_text(view)),
            ("wall", progress_text.wall_text(view)),
        ):
            self.query_one(f"#{name}", Static).update(text)

    @on(Heatmap.Moved)
    def name_day(self, message: Heatmap.Moved) -> None:
        """Say which day the cursor stands on."""
        self.query_one("#day", Static).update(progress_text.day_line(message.cell))

    def action_week(self, weeks: int) -> None:
        """The same day of another week."""
        self.query_one(Heatmap).move(weeks * WEEK)

    def action_open(self) -> None:
        """Open the day under the cursor."""
        cell = self.query_one(Heatmap).cell
        if cell is None:
            return
        if cell.state == "unwritten":
            self.say(f"{cell.address} is not written yet.")
        else:
            self.study.open("day", str(cell.address))

    def action_export(self) -> None:
        """Ask for the file; enter takes the one that is offered."""
        if self._folder is None:
            return
        field = self.query_one("#export", Input)
        field.value = field.value or str(self._folder / FILE_NAME)
        self.add_class("-exporting")
        field.focus()

    @on(Input.Submitted, "#export")
    def write(self, message: Input.Submitted) -> None:
        """Write the page."""
        path = Path(message.value.strip() or str((self._folder or Path()) / FILE_NAME))
        self._fold()
        self.ask(lambda container: export(container, path), self._written)

    def action_back(self) -> None:
        """First leave the line for the file name."""
        if self.has_class("-exporting"):
            self._fold()
        else:
            super().action_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A file name keeps its own arrows and enter."""
        if action in ("open", "week", "export"):
            return not self.has_class("-exporting")
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """The numbers and the day under the cursor."""
        cell = self.query_one(Heatmap).cell
        if self._view is None or cell is None:
            return ""
        return f"{progress_text.day_line(cell)}\n{progress_text.numbers(self._view)}"

    def _fold(self) -> None:
        self.remove_class("-exporting")
        self.query_one(Heatmap).focus()
        self.refresh_bindings()

    def _written(self, exported: Exported) -> None:
        self.say(f"Written: {exported.path} ({exported.bytes:,} bytes)")


def read_progress(container: Container) -> tuple[ProgressView, Path]:
    """The view, and the folder that an export goes to."""
    return container.progress.view(), container.context.paths.workspace


def export(container: Container, path: Path) -> Exported:
    """Write the progress page; the workspace comes into being where it is needed."""
    workspace = container.context.paths.workspace
    target = path.expanduser()
    if target.parent == workspace:
        try:
            workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror
            raise DataError(f"Cannot create {workspace}: {reason}.", "Name a file in another folder.") from error
    return container.export.write(target)
