"""Labs: every lab, the days that it serves, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from studyctl.domain.outcome import Area, Changes
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.keep import kept
from studyctl.tui.widgets.lab_text import lab_row
from studyctl.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.plan import LabView


class LabsScreen(StudyScreen):
    """The list of labs."""

    HEADING = "Labs"
    SCOPE = Scope.LABS
    BOUND: ClassVar[Changes] = frozenset({Area.LABS})
    CSS_PATH = "labs.tcss"
    BINDINGS = bindings(Scope.LABS)

    def body(self) -> ComposeResult:
        """One list."""
        yield RowList(id="labs")
        yield Static("There is no lab.", id="none", markup=False)

    def on_mount(self) -> None:
        """The list has the keys."""
        self.query_one(RowList).focus()

    def load(self) -> None:
        """Read the labs and their records."""
        self.ask(read_labs, self.show)

    def on_screen_resume(self) -> None:
        """A run may have begun or ended on another screen."""
        self.load()

    def show(self, labs: tuple[tuple[LabView, bool], ...]) -> None:
        """Show labs; with each, whether the learner's file is there."""
        run = kept(self.study).runs.running()
        running = run.lab.slug if run else ""
        self.set_class(not labs, "-empty")
        self.query_one(RowList).show_rows(
            [lab_row(view, begun, view.lab.slug == running) for view, begun in labs], running
        )

    def action_open(self) -> None:
        """Open the lab's page."""
        slug = self.query_one(RowList).selected
        if slug is not None:
            self.study.open("lab", slug)

    def copied_text(self) -> str:
        """The command that runs the lab in a shell."""
        slug = self.query_one(RowList).selected
        return f"studyctl lab run {slug}" if slug else ""


def read_labs(container: Container) -> tuple[tuple[LabView, bool], ...]:
    """Every lab, and whether the learner has begun it."""
    return tuple((view, container.labs.solution_path(view.lab).is_file()) for view in container.labs.all())
