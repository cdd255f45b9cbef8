"""First start: two questions, both skippable with enter."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from studyctl.domain.clock import study_date
from studyctl.domain.settings import DEFAULT_HOURS_PER_DAY, Settings, parse_hours, parse_start_date
from studyctl.errors import StudyError
from studyctl.tui.base import StudyScreen


class OnboardingScreen(StudyScreen):
    """Asks for the start date and the hours a day, then leaves Today on day 1."""

    HEADING = "first start"
    CSS_PATH = "onboarding.tcss"
    AUTO_FOCUS = "#start-date"

    def body(self) -> ComposeResult:
        """Two labelled fields."""
        with VerticalScroll(id="questions"):
            yield Static("Two questions, then day 1. Enter takes what stands in brackets; ctrl+q leaves.", id="welcome")
            yield Static(f"When do you start?  [{self._today()}]", markup=False)
            yield Input(id="start-date", placeholder="YYYY-MM-DD, or enter for today")
            yield Static(f"How many hours a day?  [{DEFAULT_HOURS_PER_DAY:g}]", markup=False, classes="question")
            yield Input(id="hours", placeholder=f"a number, or enter for {DEFAULT_HOURS_PER_DAY:g}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """First the two answers, then the rest."""
        return action not in ("jump", "undo", "back") and super().check_action(action, parameters)

    @on(Input.Submitted, "#start-date")
    def take_date(self, event: Input.Submitted) -> None:
        """Check the date and go on to the hours."""
        if self._check_date():
            self.query_one("#hours", Input).focus()

    @on(Input.Submitted, "#hours")
    def take_hours(self, event: Input.Submitted) -> None:
        """Check both and store them."""
        hours = event.value
        try:
            parse_hours(hours)
        except StudyError as error:
            self.complain(error)
            return
        if self._check_date():
            start = self.query_one("#start-date", Input).value
            self.act(lambda container: container.settings.first_start(start, hours), self.stored)

    def stored(self, settings: Settings) -> None:
        """Leave to Today."""
        self.study.back(say=f"Started on {settings.start_date}, {settings.hours_per_day:g} h a day. ? shows the keys.")

    def _check_date(self) -> bool:
        field = self.query_one("#start-date", Input)
        try:
            parse_start_date(field.value, study_date(self.study.clock.now()))
        except StudyError as error:
            self.complain(error)
            field.focus()
            return False
        self.say("")
        return True

    def _today(self) -> str:
        return study_date(self.study.clock.now()).isoformat()
