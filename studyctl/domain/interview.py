"""Mock-interview questions, their rubric, and what a score means for the next date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studyctl.domain.address import Address
from studyctl.domain.cards import Rating


class AnswerMode(StrEnum):
    """How the answer was given."""

    TYPED = "typed"
    SPOKEN = "spoken"


@dataclass(frozen=True)
class KeyPoint:
    """One thing a good answer contains; the learner ticks it or not."""

    text: str
    weight: int = 1


@dataclass(frozen=True)
class Question:
    """A prompt with its rubric; `id` is the id of the plan's item that it answers."""

    id: str
    day: Address
    prompt: str
    minutes: int
    key_points: tuple[KeyPoint, ...]
    model_answer: str
    sources: tuple[str, ...]
    topics: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """Sum of the weights of all key points."""
        return sum(point.weight for point in self.key_points)

    def score(self, ticked: frozenset[int]) -> float:
        """Weighted share in [0, 1] of the key points whose index (from 0) is in `ticked`."""
        return sum(point.weight for n, point in enumerate(self.key_points) if n in ticked) / self.weight


@dataclass(frozen=True)
class Attempt:
    """One answered question. `confidence` 1-5 was given before the rubric was seen."""

    id: int
    question_id: str
    at: int
    day: int
    seconds: int
    mode: AnswerMode
    answer: str
    confidence: int
    ticked: tuple[int, ...]
    score: float
    rating: Rating


_RATING_FLOORS = ((0.85, Rating.EASY), (0.6, Rating.GOOD), (0.4, Rating.HARD))


def rating_of(score: float) -> Rating:
    """FSRS rating of a weighted score: from 85 % Easy, from 60 % Good, from 40 % Hard, below Again."""
    return next((rating for floor, rating in _RATING_FLOORS if score >= floor), Rating.AGAIN)


def calibration(confidence: int, score: float) -> float:
    """Confidence (1-5 mapped to 0-1) minus score: positive is overconfident."""
    return (confidence - 1) / 4 - score
