"""Interview: a question with a clock, confidence first, then the key points, then the model answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import TextArea

from studyctl.domain.clock import to_millis
from studyctl.domain.outcome import Area, Changes, Outcome
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.interview_session import InterviewSession, Stage
from studyctl.tui.controllers.keep import kept
from studyctl.tui.widgets.interview_view import InterviewView
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.interview import Interview, Scored
    from studyctl.storage.undo import Act


class InterviewScreen(StudyScreen):
    """One mock-interview question at a time."""

    HEADING = "Interview"
    SCOPE = Scope.INTERVIEW
    BOUND: ClassVar[Changes] = frozenset({Area.INTERVIEW, Area.DAYS, Area.SETTINGS})
    UNDO_SCOPE = "interview"
    CSS_PATH = "interview.tcss"
    BINDINGS = bindings(Scope.INTERVIEW)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]

    def __init__(self) -> None:
        super().__init__()
        self._session = InterviewSession()
        self._ahead: Interview | None = None
        self._unfolded = False
        self._writing = False

    @property
    def still(self) -> bool:
        """Only the clock of the question moves until it is scored; the score stays until the next question."""
        return self._session.stage is not Stage.NONE

    def body(self) -> ComposeResult:
        """Everything is in the view."""
        yield InterviewView()

    def on_mount(self) -> None:
        """Take a question up again that was left half answered; the base class looks for another."""
        self.set_interval(1.0, self._show_clock)
        session = kept(self.study).interview
        if session is not None and session.running:
            self._session = session
            self.query_one(InterviewView).restart(session.answer)
            self._paint()
        kept(self.study).interview = self._session

    @on(TextArea.Changed)
    def note_answer(self, message: TextArea.Changed) -> None:
        """Keep what is typed."""
        if self._session.stage is Stage.ANSWER:
            self._session.answer = message.text_area.text

    def load(self) -> None:
        """Look for today's question."""
        self.ask(read_question, self._found)

    def action_finish(self) -> None:
        """Stop the clock."""
        self._session.finish(self._now())
        self._paint()

    def action_switch_mode(self) -> None:
        """Type or speak."""
        self._session.switch_mode()
        self._paint()

    def action_confidence(self, number: int) -> None:
        """Confidence is given; the rubric opens."""
        self._session.rate_confidence(number)
        self._paint()

    def action_tick(self) -> None:
        """Tick the key point under the cursor."""
        point = self.query_one(InterviewView).point
        if point is not None:
            self._session.toggle(point)
            self._paint()

    def action_go_on(self) -> None:
        """Score the ticks; after the score the next question; with none scheduled one ahead of its date."""
        stage = self._session.stage
        if stage is Stage.RUBRIC and not self._writing:
            self._writing = True
            session = self._session
            self.act(lambda container: store_attempt(container, session), self._scored, self._not_scored)
        elif stage is Stage.SCORED:
            self._begin(None)
            self.load()
        elif stage is Stage.NONE and self._ahead is not None:
            self._begin(self._ahead)

    def action_unfold(self) -> None:
        """Unfold earlier attempts, or fold them."""
        self._unfolded = not self._unfolded
        self._paint()

    def action_undo(self) -> None:
        """Take the newest attempt back; a question that is being answered is not thrown away for that."""
        if self._session.running:
            self.say("Score this question or leave it first; then u takes the last attempt back.")
        else:
            super().action_undo()

    def undone(self, act: Act) -> None:
        """The question of a taken-back attempt is asked anew."""
        self._begin(None)
        self.load()
        super().undone(act)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each step has its own keys."""
        stage = self._session.stage
        match action:
            case "finish" | "switch_mode":
                return stage is Stage.ANSWER
            case "confidence":
                return stage is Stage.CONFIDENCE
            case "tick":
                return stage is Stage.RUBRIC
            case "go_on":
                return stage in (Stage.RUBRIC, Stage.SCORED) or (stage is Stage.NONE and self._ahead is not None)
            case "unfold":
                # What was missed last time would give the key points away before the answer.
                previous = self._session.interview.previous if self._session.interview else ()
                return bool(previous) and stage in (Stage.RUBRIC, Stage.SCORED)
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """The question; after the score with the model answer."""
        interview = self._session.interview
        if interview is None:
            return ""
        scored = self._session.stage is Stage.SCORED
        return (
            f"{interview.question.prompt}\n\n{interview.question.model_answer}" if scored else interview.question.prompt
        )

    def _now(self) -> int:
        return to_millis(self.study.clock.now())

    def _found(self, found: tuple[Interview | None, Interview | None]) -> None:
        if self._session.stage is Stage.NONE:
            interview, self._ahead = found
            self._begin(interview)

    def _begin(self, interview: Interview | None) -> None:
        self._session.ask(interview, self._now())
        self._unfolded = False
        self.query_one(InterviewView).restart()
        self.say("")
        self._paint()

    def _scored(self, scored: Scored) -> None:
        self._writing = False
        self._session.score(scored)
        self._paint()

    def _not_scored(self, error: StudyError) -> None:
        self._writing = False
        self.complain(error)

    def _paint(self) -> None:
        question = self._session.interview.question if self._session.interview else None
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {question.day}" if question else self.HEADING)
        self.query_one(InterviewView).show(self._session, self._ahead, self._unfolded)
        self._show_clock()
        self.refresh_bindings()

    def _show_clock(self) -> None:
        self.query_one(InterviewView).show_clock(self._session.elapsed(self._now()))


def read_question(container: Container) -> tuple[Interview | None, Interview | None]:
    """Today's question; where there is none, the one that could be taken ahead of its date."""
    today = container.interview.next()
    return today, None if today else container.interview.next(ahead=True)


def store_attempt(container: Container, session: InterviewSession) -> Outcome[Scored]:
    """Store what the session holds."""
    assert session.interview is not None
    return container.interview.answer(
        session.interview.question.id,
        ticked=frozenset(session.ticked),
        confidence=session.confidence,
        seconds=session.seconds,
        mode=session.mode,
        answer=session.given,
    )
