"""Predict: what the learner expects of a lab's figures before the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from studyctl.domain.figures import Figure
from studyctl.domain.predictions import amount, told_unit, value_in
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.services.predictions import Asked


class PredictScreen(StudyScreen):
    """A field for each figure; enter saves all of them, an empty one predicts nothing."""

    HEADING = "Predict"
    SCOPE = Scope.PREDICT
    CSS_PATH = "predict.tcss"
    BINDINGS = bindings(Scope.PREDICT)
    AUTO_FOCUS = ""

    def __init__(self, slug: str) -> None:
        super().__init__()
        self._slug = slug
        self._fields: dict[str, Figure] = {}

    def body(self) -> ComposeResult:
        """The skeleton: the questions come with the lab."""
        with VerticalScroll(id="figures", can_focus=False):
            yield Static("opening ...", id="figures-head", markup=False)

    def load(self) -> None:
        """Ask for the figures and what is predicted now."""
        self.ask(lambda container: container.predictions.asked(container.library.labs[self._slug]), self.show)

    def show(self, asked: tuple[Asked, ...]) -> None:
        """A question and a field for each figure."""
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {self._slug}")
        head = "Say what you expect; the next run that passes is compared with it. enter saves, esc leaves."
        self.query_one("#figures-head", Static).update(head if asked else "This lab has no figures to predict.")
        self._fields = {f"figure-{number}": each.figure for number, each in enumerate(asked)}
        parts: list[Widget] = []
        for field, each in zip(self._fields, asked, strict=True):
            value = "" if each.predicted is None else amount(each.predicted, each.figure.unit)
            parts.append(Static(each.figure.ask, classes="question", markup=False))
            parts.append(Input(value, id=field, placeholder=f"in {told_unit(each.figure)}; empty: no prediction"))
        if parts:
            self.query_one("#figures", VerticalScroll).mount_all(parts)
            parts[1].focus()

    def copied_text(self) -> str:
        """The questions."""
        return "\n".join(figure.ask for figure in self._fields.values())

    @on(Input.Submitted)
    def action_save(self) -> None:
        """Store what stands in the fields; a mistake moves the cursor to its field."""
        typed: dict[str, str] = {}
        for field, figure in self._fields.items():
            place = self.query_one(f"#{field}", Input)
            try:
                if place.value.strip():
                    value_in(place.value, figure)
            except StudyError as error:
                self.complain(error)
                place.focus()
                return
            typed[figure.name] = place.value
        slug = self._slug
        self.act(lambda container: container.predictions.predict(container.library.labs[slug], typed), self._saved)

    def _saved(self, asked: tuple[Asked, ...]) -> None:
        count = sum(each.predicted is not None for each in asked)
        self.study.back(say=f"{count} of {len(asked)} figures predicted. u takes it back.")
