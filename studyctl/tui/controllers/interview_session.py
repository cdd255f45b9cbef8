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
    cursor: int = 0
    seconds: int = 0
    scored: Scored | None = None

    def ask(self, interview: Interview | None) -> None:
        """Begin a question, or none."""
        self.interview = interview
        self.stage = Stage.ANSWER if interview else Stage.NONE
        self.answer, self.confidence, self.ticked, self.cursor = "", 0, set(), 0
        self.seconds, self.scored = 0, None

    def switch_mode(self) -> None:
        """Typed to spoken and back, while answering."""
        if self.stage is Stage.ANSWER:
            self.mode = AnswerMode.SPOKEN if self.mode is AnswerMode.TYPED else AnswerMode.TYPED

    def finish(self, answer: str, seconds: int) -> None:
        """The answer is given: the clock stops, confidence is asked."""
        if self.stage is Stage.ANSWER:
            self.answer = answer if self.mode is AnswerMode.TYPED else ""
            self.seconds = seconds
            self.stage = Stage.CONFIDENCE

    def rate_confidence(self, confidence: int) -> None:
        """1 guessing to 5 certain; only now the rubric opens."""
        if self.stage is Stage.CONFIDENCE:
            self.confidence = confidence
            self.stage = Stage.RUBRIC

    def move(self, by: int) -> None:
        """Move the cursor in the rubric."""
        if self.stage is Stage.RUBRIC and self.interview is not None:
            last = len(self.interview.question.key_points) - 1
            self.cursor = min(last, max(0, self.cursor + by))

    def toggle(self) -> None:
        """Tick the key point under the cursor, or take the tick back."""
        if self.stage is Stage.RUBRIC:
            self.ticked ^= {self.cursor}

    def score(self, scored: Scored) -> None:
        """The attempt is stored."""
        self.scored = scored
        self.stage = Stage.SCORED


def clock(seconds: int) -> str:
    """`mm:ss`, with more minutes than 99 where it takes them."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
