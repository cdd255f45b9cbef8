"""A lab run on the screen: phases, progress, live plot and logs while it goes; then the verdict with all its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from studyctl.domain.labs import LabRecord
from studyctl.domain.predictions import FigureResult
from studyctl.plots import draw_plot, legend, live_plot
from studyctl.tui.controllers.run_state import RunSnapshot, RunStatus
from studyctl.tui.widgets import figure_text, lab_text, verdict
from studyctl.tui.widgets.reader import Reader

MARGIN = 6


class RunView(Vertical):
    """Draws snapshots. `draws` counts them."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.draws = 0
        self._shot = RunSnapshot()
        self._document: Mapping[str, Any] | None = None
        self._record: LabRecord | None = None
        self._results: tuple[FigureResult, ...] = ()

    def compose(self) -> ComposeResult:
        """Phases and progress on top; the live part; the result."""
        yield Static(id="phases", markup=False)
        yield Static(id="bar", markup=False)
        with Horizontal(id="live"):
            yield Static(id="plot", markup=False)
            with Vertical(id="logs"):
                yield Static("Your program says", classes="pane-title", markup=False)
                yield Static(id="learner-log", markup=False)
                yield Static("The referee says", classes="pane-title", markup=False)
                yield Static(id="referee-log", markup=False)
        with Reader(id="result"):
            yield Static(id="result-text", markup=False)

    def show(self, shot: RunSnapshot, seconds: int | None) -> None:
        """Draw one moment of a run; `seconds` since its beginning while it goes."""
        self.draws += 1
        self._shot = shot
        self.query_one("#phases", Static).update(lab_text.phases_text(shot, seconds))
        self.query_one("#bar", Static).update(lab_text.bar_text(shot.progress))
        self._document, self._record, self._results = shot.verdict, shot.record, shot.results
        ended = shot.verdict is not None or shot.status.ended
        self.set_class(ended, "-ended")
        self.remove_class("-record")
        if ended:
            self._show_result()
        else:
            self._show_live()

    def show_record(self, record: LabRecord, results: tuple[FigureResult, ...]) -> None:
        """Show a former run with its figures."""
        self._shot = RunSnapshot(status=RunStatus.GRADED)
        self._document, self._record, self._results = record.document, record, results
        self.add_class("-ended", "-record")
        self._show_result()
        self.query_one("#result", Reader).scroll_home(animate=False)

    def on_resize(self) -> None:
        """Draw what depends on the width anew."""
        if self._document is not None or self._shot.status.ended:
            self._show_result()
        else:
            self._show_live()

    @property
    def record(self) -> LabRecord | None:
        """The record of the run that is shown; None while there is none."""
        return self._record

    @property
    def text(self) -> str:
        """What the result says, without colours."""
        return str(self.query_one("#result-text", Static).content)

    def _show_live(self) -> None:
        shot = self._shot
        plot = live_plot(shot.points)
        place = self.query_one("#plot", Static)
        place.display = bool(plot["series"])
        if place.display:
            width, height = place.size.width or self.size.width // 2, place.size.height or 12
            place.update(f"{draw_plot(plot, width, height - 1)}\n{legend(plot)}")
        learner, referee = self.query_one("#learner-log", Static), self.query_one("#referee-log", Static)
        learner.update(
            lab_text.log_text(shot.learner_log, learner.size.height) if shot.learner_log else "(nothing yet)"
        )
        referee.update(
            lab_text.log_text(shot.referee_log, referee.size.height) if shot.referee_log else "(nothing yet)"
        )

    def _show_result(self) -> None:
        width = max(20, self.size.width - MARGIN)
        parts: list[Content] = []
        if self._document is not None:
            parts += document_parts(self._document, width)
        if self._results:
            parts.insert(1, figure_text.figures(self._results, width))
        if self._shot.status is RunStatus.CANCELLED:
            parts.append(Content("Cancelled. Nothing was graded; enter runs it again."))
        if self._shot.error is not None:
            parts.append(lab_text.failure_text(self._shot.error))
        if self._record is not None:
            parts.append(Content(lab_text.record_text(self._record)))
        for title, lines in (
            ("Your program said", self._shot.learner_log),
            ("The referee said", self._shot.referee_log),
        ):
            if lines:
                parts.append(Content.styled(title, "bold") + Content("\n" + "\n".join(lines[-12:])))
        self.query_one("#result-text", Static).update(Content("\n\n").join(parts))


def document_parts(document: Mapping[str, Any], width: int) -> list[Content]:
    """Headline, checks, plots and tables."""
    return [
        verdict.headline(document),
        verdict.checks(document, width),
        *verdict.plots(document, width),
        *(verdict.table(table, width) for table in document.get("tables", [])),
    ]
