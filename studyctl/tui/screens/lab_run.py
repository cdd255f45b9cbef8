"""Lab: its page, a graded run of the learner's file, and the records of former runs."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Markdown, Static

from studyctl.domain.clock import to_millis
from studyctl.domain.labs import LabRecord, Verdict
from studyctl.domain.outcome import Area, Changes
from studyctl.domain.predictions import FigureResult
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.keep import kept
from studyctl.tui.controllers.lab_runs import LabRun, LabRuns, Spawn
from studyctl.tui.controllers.lab_work import LabPage, begin, prepare, read_page, recorder, take_hint
from studyctl.tui.widgets import lab_text
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.run_view import RunView
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.services.lab_hints import HintsTaken
    from studyctl.services.labs import Started

REDRAW_SECONDS = 0.1


class LabScreen(StudyScreen):
    """One lab."""

    HEADING = "Lab"
    SCOPE = Scope.LAB
    BOUND: ClassVar[Changes] = frozenset({Area.LABS})
    CSS_PATH = "lab_run.tcss"
    BINDINGS = bindings(Scope.LAB)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, slug: str) -> None:
        super().__init__()
        self._slug = slug
        self._page: LabPage | None = None
        self._to_end = False  # the page is longer by a hint: show its end
        self._drawn: tuple[LabRun, int, int | None] | None = None

    @property
    def runs(self) -> LabRuns:
        """The application's one run."""
        return kept(self.study).runs

    @property
    def run_view(self) -> RunView:
        """Where a run is drawn."""
        return self.query_one(RunView)

    def body(self) -> ComposeResult:
        """The lab's page, its run, its records."""
        yield Static(id="facts", markup=False)
        with Reader(id="page"):
            yield Markdown(id="readme", open_links=False)
        yield RunView(id="run")
        yield Static("No record yet: enter on the lab's page runs it.", id="no-record", markup=False)
        yield RowList(id="records")

    def on_mount(self) -> None:
        """Find a run of this lab again; redraw what it says ten times a second at most."""
        self.set_interval(REDRAW_SECONDS, self.redraw)
        self._turn("-run" if self.runs.of(self._slug) is not None else "")

    def load(self) -> None:
        """Read the lab."""
        self.ask(lambda container: read_page(container, self._slug), self.show)

    def show(self, page: LabPage) -> None:
        """Show the lab."""
        fresh = self._page is None or self._page.readme != page.readme
        self._page, self._slug = page, page.view.lab.slug
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {page.view.lab.title}")
        running = self._active() is not None
        self.query_one("#facts", Static).update(lab_text.facts(page.view, page.path, page.begun, running, page.asked))
        if fresh:
            self.call_later(self._show_page, page.readme)
        self.set_class(not page.records, "-no-record")
        zone = self.study.clock.now().tzinfo
        self.query_one(RowList).show_rows([lab_text.record_row(record, zone) for record in page.records])
        self.refresh_bindings()

    def redraw(self) -> None:
        """Draw the run where it says something new, or a second has passed."""
        run = self.runs.of(self._slug)
        if run is None or not self.has_class("-run") or self.run_view.has_class("-record"):
            return
        seconds = (self._now() - run.started_ms) // 1000 if run.active else None
        state = (run, run.state.version, seconds)
        if state != self._drawn:
            if self._drawn is not None and self._drawn[2] is not None and seconds is None:
                self.say("")
            self._drawn = state
            self.run_view.show(run.state.snapshot(), seconds)
            self.refresh_bindings()

    def action_run(self) -> None:
        """Grade the learner's file; on a record: show it."""
        if self.has_class("-records"):
            self._open_record()
        elif self._page is not None and not self._page.begun:
            self.say(f"There is no file to grade yet: b copies the starter to {self._page.path}")
        else:
            self.ask(lambda container: prepare(container, self._slug, self._now()), self._started)

    def action_begin(self) -> None:
        """Copy the starter to the workspace."""
        self.ask(lambda container: begin(container, self._slug), self._begun)

    def action_cancel(self) -> None:
        """End the run; a referee may take some seconds to go, so that is not waited for here."""
        run = self.runs.running()
        if run is not None:
            self.say("Cancelling ...")
            Thread(target=run.cancel, name="cancel", daemon=True).start()

    def action_records(self) -> None:
        """Show the records."""
        self._turn("-records")

    def action_hint(self) -> None:
        """Take the next hint and show it below the lab's page."""
        self.act(lambda container: take_hint(container, self._slug), self._hinted)

    def action_predict(self) -> None:
        """Say what is expected of the figures."""
        self.study.open("predict", self._slug)

    def action_keep(self) -> None:
        """Make cards of the figures of the run that is shown, else of the newest one that passed."""
        record = self._passed()
        if record is not None:
            self.study.open("lab_cards", record.id)

    def action_turn(self) -> None:
        """Between the lab's page and its run."""
        showing = self.has_class("-run") or self.runs.of(self._slug) is None
        self._turn("" if showing else "-run")

    def action_back(self) -> None:
        """From a record to the list, from the list to the page, else to where one came from; a run goes on."""
        if self.run_view.has_class("-record"):
            self._turn("-records")
        elif self.has_class("-records"):
            self._turn("")
        else:
            super().action_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A run can be cancelled while there is one, and begun or predicted while there is none."""
        if action == "cancel":
            return self.runs.running() is not None
        if action == "predict":
            return self._page is not None and bool(self._page.asked) and self._active() is None
        if action == "keep":
            return self._page is not None and bool(self._page.asked) and self._passed() is not None
        if action == "run":
            return self.has_class("-records") or self._active() is None
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """The result, or the command that installs what is missing, or the path of the learner's file."""
        run = self.runs.of(self._slug)
        if self.has_class("-run"):
            error = run.state.snapshot().error if run else None
            return error.hint if error is not None and error.hint else self.run_view.text
        return str(self._page.path) if self._page else ""

    def _now(self) -> int:
        return to_millis(self.study.clock.now())

    def _active(self) -> LabRun | None:
        run = self.runs.of(self._slug)
        return run if run is not None and run.active else None

    def _turn(self, side: str) -> None:
        for name in ("-run", "-records"):
            self.set_class(name == side, name)
        self.run_view.remove_class("-record")
        self._drawn = None
        focus = {"-run": "#result", "-records": "#records"}.get(side, "#page")
        self.query_one(focus).focus()
        self.redraw()
        self.refresh_bindings()

    def _started(self, prepared: tuple[LabRun, Spawn]) -> None:
        run, spawn = prepared
        try:
            self.runs.start(run, spawn, recorder(self.study))
        except StudyError as error:
            self.complain(error)
            return
        self.say("")
        self._turn("-run")

    def _begun(self, started: Started) -> None:
        self.say(f"{'Copied the starter to' if started.created else 'Left as it is:'} {started.path}")
        self.load()

    def _hinted(self, taken: HintsTaken) -> None:
        after = f"{taken.left} left, the next costs {taken.next_cost}" if taken.left else "none left"
        self.say(f"Hint {len(taken.hints)}: at the end of the page. Cost so far {taken.cost}; {after}.")
        self._turn("")
        self._to_end = True
        self.load()

    async def _show_page(self, readme: str) -> None:
        await self.query_one("#readme", Markdown).update(readme)
        if self._to_end:
            self._to_end = False
            self.call_after_refresh(self.query_one("#page", Reader).scroll_end, animate=False)

    def _passed(self) -> LabRecord | None:
        shown = self.run_view.record
        records = (shown,) if shown is not None and self.has_class("-run") else self._page.records if self._page else ()
        return next((each for each in records if each.verdict is Verdict.PASSED), None)

    def _open_record(self) -> None:
        chosen = self.query_one(RowList).selected
        record = next((each for each in self._page.records if each.id == chosen), None) if self._page else None
        if record is not None:
            found = record
            self.ask(lambda container: container.predictions.results(found), lambda results: self._show(found, results))

    def _show(self, record: LabRecord, results: tuple[FigureResult, ...]) -> None:
        self._turn("-run")
        self.run_view.show_record(record, results)
        self.refresh_bindings()
