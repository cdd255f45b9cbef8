"""One interview question from the clock to the score, without the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from studyctl.domain.interview import AnswerMode

if TYPE_CHECKING:
    from studyctl.services.interview import Interview, Scored


class Stage(Enum):
    """The steps in their order; the rubric is not shown before confidence was given."""

    NONE = "none"
    ANSWER = "answer"
    CONFIDENCE = "confidence"
    RUBRIC = "rubric"
    SCORED = "scored"


@dataclass
class InterviewSession:
    """A question, what the learner did with it so far, and what came of it."""

    interview: Interview | None = None
    stage: Stage = Stage.NONE
    mode: AnswerMode = AnswerMode.TYPED
    answer: str = ""
    confidence: int = 0
    ticked: set[int] = field(default_factory=set)
    began_ms: int = 0
    seconds: int = 0
    scored: Scored | None = None

    @property
    def running(self) -> bool:
        """True from the question until its score: nothing of it is in the database yet."""
        return self.stage in (Stage.ANSWER, Stage.CONFIDENCE, Stage.RUBRIC)

    @property
    def given(self) -> str:
        """The typed answer; nothing where it was spoken."""
        return self.answer.strip() if self.mode is AnswerMode.TYPED else ""

    def ask(self, interview: Interview | None, now_ms: int) -> None:
        """Begin a question, or none."""
        self.began_ms = now_ms
        self.interview = interview
        self.stage = Stage.ANSWER if interview else Stage.NONE
        self.answer, self.confidence, self.ticked = "", 0, set()
        self.seconds, self.scored = 0, None

    def switch_mode(self) -> None:
        """Typed to spoken and back, while answering."""
        if self.stage is Stage.ANSWER:
            self.mode = AnswerMode.SPOKEN if self.mode is AnswerMode.TYPED else AnswerMode.TYPED

    def elapsed(self, now_ms: int) -> int:
        """Seconds of answering; they stop when it is finished."""
        return max(0, now_ms - self.began_ms) // 1000 if self.stage is Stage.ANSWER else self.seconds

    def finish(self, now_ms: int) -> None:
        """The answer is given: the clock stops, confidence is asked."""
        if self.stage is Stage.ANSWER:
            self.seconds = self.elapsed(now_ms)
            self.stage = Stage.CONFIDENCE

    def rate_confidence(self, confidence: int) -> None:
        """1 guessing to 5 certain; only now the rubric opens."""
        if self.stage is Stage.CONFIDENCE:
            self.confidence = confidence
            self.stage = Stage.RUBRIC

    def toggle(self, point: int) -> None:
        """Tick a key point, counted from 0, or take the tick back."""
        if self.stage is Stage.RUBRIC:
            self.ticked ^= {point}

    def score(self, scored: Scored) -> None:
        """The attempt is stored."""
        self.scored = scored
        self.stage = Stage.SCORED


def clock(seconds: int) -> str:
    """`mm:ss`, with more minutes than 99 where it takes them."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
