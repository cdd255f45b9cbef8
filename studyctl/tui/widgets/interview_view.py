"""An interview session on the screen: the question with its clock on top, one step at a time below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Markdown, Static, TextArea

from studyctl.domain.interview import AnswerMode
from studyctl.tui.controllers.interview_session import InterviewSession, Stage
from studyctl.tui.widgets import interview_text as words
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from studyctl.services.interview import Interview

MARGIN = 8


class InterviewView(Vertical):
    """Shows a session; the screen decides what happens."""

    def __init__(self) -> None:
        super().__init__()
        self._session = InterviewSession()

    def compose(self) -> ComposeResult:
        """Question and clock; what each step needs; earlier attempts at the bottom."""
        with Horizontal(id="question-line"):
            yield Static(id="question", markup=False)
            yield Static(id="clock", markup=False)
        yield Static(id="words", markup=False)
        yield TextArea(id="answer", soft_wrap=True, placeholder="your answer; f5 when finished, f4 to speak it")
        with Horizontal(id="compare"):
            with Reader(id="own"):
                yield Static(id="own-text", markup=False)
            yield RowList(id="rubric")
        with Reader(id="model"):
            yield Markdown(id="model-text", open_links=False)
        yield Static(id="attempts", markup=False)

    @property
    def point(self) -> int | None:
        """The key point under the cursor, counted from 0."""
        selected = self.query_one(RowList).selected
        return None if selected is None else int(selected)

    def restart(self, answer: str = "") -> None:
        """Make room for another question."""
        self.query_one(TextArea).load_text(answer)
        self.query_one(RowList).show_rows([])

    def on_resize(self) -> None:
        """Wrap the key points anew."""
        self._show_rubric()

    def show(self, session: InterviewSession, ahead: Interview | None, unfolded: bool) -> None:
        """Show a session; `ahead` is what could be taken where none is scheduled."""
        self._session = session
        stage, typed = session.stage, session.mode is AnswerMode.TYPED
        self.set_class(stage is not Stage.NONE, "-asked")
        self.set_class(stage is Stage.ANSWER and typed, "-typing")
        self.set_class(stage is Stage.RUBRIC, "-rubric")
        self.set_class(stage is Stage.SCORED, "-scored")
        self.set_class(not session.given, "-silent")
        self.query_one("#words", Static).update(step_text(session, ahead))
        self.query_one("#own-text", Static).update(session.given)
        if session.interview is not None:
            question = session.interview.question
            self.query_one("#question", Static).update(question.prompt)
            attempts = words.attempts_text(question, session.interview.previous, unfolded)
            self.query_one("#attempts", Static).update(attempts)
        if session.scored is not None:
            self.query_one("#model-text", Markdown).update(words.model_page(session.scored))
        self._show_rubric()
        self._focus_step()

    def show_clock(self, seconds: int) -> None:
        """Bring the clock up to date."""
        if self._session.interview is not None:
            text = words.clock_text(seconds, self._session.interview.question.minutes)
            self.query_one("#clock", Static).update(text)

    def _show_rubric(self) -> None:
        if self._session.stage is Stage.RUBRIC:
            columns = 2 if self.screen.has_class("-wide") and self._session.given else 1
            width = (self.screen.size.width - MARGIN) // columns
            self.query_one(RowList).show_rows(words.rubric_rows(self._session, width))

    def _focus_step(self) -> None:
        match self._session.stage:
            case Stage.ANSWER if self._session.mode is AnswerMode.TYPED:
                self.query_one(TextArea).focus()
            case Stage.RUBRIC:
                self.query_one(RowList).focus()
            case Stage.SCORED:
                self.query_one("#model").focus()
            case _:
                self.screen.set_focus(None)


def step_text(session: InterviewSession, ahead: Interview | None) -> str:
    """What the present step asks or says."""
    match session.stage:
        case Stage.NONE:
            return words.idle_text(ahead)
        case Stage.ANSWER:
            return words.SPOKEN
        case Stage.CONFIDENCE:
            return words.confidence_text()
        case Stage.RUBRIC:
            return words.RUBRIC
    return words.score_text(session.scored) if session.scored else ""
