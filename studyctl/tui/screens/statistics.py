"""Statistics: what was answered, what comes, how much is recalled, how cards stand, what other retentions cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studyctl.domain.outcome import Area
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.keep import kept
from studyctl.tui.controllers.workload_run import WorkloadRun
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.statistics_pages import PAGES, WORKLOAD, page_text
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics

SPANS = (30, 90, 365)
LOOK_SECONDS = 0.1


class StatisticsScreen(StudyScreen):
    """One page at a time, over a span of days."""

    HEADING = "Statistics"
    SCOPE = Scope.STATISTICS
    BOUND = frozenset({Area.CARDS, Area.SETTINGS})
    CSS_PATH = "statistics.tcss"
    BINDINGS = bindings(Scope.STATISTICS)
    AUTO_FOCUS = "#page"

    def __init__(self) -> None:
        super().__init__()
        self._view: ReviewStatistics | None = None
        self._place = 0
        self._span_place = 1
        self._text = ""
        self._drawn: tuple[int, int, bool] | None = None

    @property
    def page(self) -> str:
        """Name of the page."""
        return PAGES[self._place]

    @property
    def days(self) -> int:
        """Days of the span."""
        return SPANS[self._span_place]

    @property
    def run(self) -> WorkloadRun:
        """The simulation behind the last page."""
        return kept(self.study).workload

    def body(self) -> ComposeResult:
        """The names of the pages, and one of them."""
        yield Static(id="pages")
        with Reader(id="page"):
            yield Static("opening ...", id="text", markup=False)

    def on_mount(self) -> None:
        """Look at a running simulation ten times a second."""
        self.set_interval(LOOK_SECONDS, self._look)

    def load(self) -> None:
        """Ask for the numbers of the span, and for the workload where its page is open."""
        days = self.days
        self.ask(lambda container: container.statistics.view(days), self.show)
        self._simulate()

    def show(self, view: ReviewStatistics) -> None:
        """Paint the numbers."""
        self._view = view
        self._paint()

    def on_resize(self, _event: events.Resize) -> None:
        """Maps and plots fill the new width."""
        self._paint()

    def action_turn(self, step: int) -> None:
        """Another page."""
        self._place = (self._place + step) % len(PAGES)
        self._simulate()
        self._paint()
        self.query_one("#page", Reader).scroll_home(animate=False)

    def action_span(self, step: int) -> None:
        """Another span of days."""
        self._span_place = min(len(SPANS) - 1, max(0, self._span_place + step))
        self.load()

    def action_look(self, name: str) -> None:
        """These statistics are open already."""
        if name != "statistics":
            super().action_look(name)

    def copied_text(self) -> str:
        """The page."""
        return self._text

    def _simulate(self) -> None:
        if self.page == WORKLOAD:
            self.ask(lambda container: self.run.start(container), lambda _: self._paint())

    def _look(self) -> None:
        if self.page == WORKLOAD and self.run.state != self._drawn:
            self._paint()

    def _paint(self) -> None:
        if self._view is None:
            return
        names = [(f"[{name}]", "bold") if name == self.page else f" {name} " for name in PAGES]
        self.query_one("#pages", Static).update(Content.assemble(*names))
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {self.page}  last {self.days} days")
        self._drawn = self.run.state
        width = self.size.width - 3
        self._text = page_text(self.page, self._view, self.run, width)
        self.query_one("#text", Static).update(self._text)
