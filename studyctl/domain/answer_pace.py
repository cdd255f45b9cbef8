"""How long the user takes for an answer, as a multiple of what the memory model's simulator takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from studyctl.domain.cards import Phase, Rating
from studyctl.domain.forgetting import FIRST_SECONDS, REVIEW_SECONDS, STEP_SECONDS

LEAST_ANSWERS = 100
"""Fewer answers tell too little; then the model's seconds stand."""
SLOWEST, FASTEST = 5.0, 0.2
"""A pace beyond these comes from a clock that did not see the answers."""
LONGEST_MS = 60_000
"""An answer that took longer counts as this: the card was left lying. Anki's default limit is the same."""


class Timed(NamedTuple):
    """Answers of one rating to cards of one phase, and their time in ms."""

    phase: Phase
    rating: Rating
    answers: int
    ms: float


def model_seconds(phase: Phase, rating: Rating) -> float:
    """Seconds of one answer without the step that follows it."""
    if phase is Phase.NEW:
        return FIRST_SECONDS[rating - 1]
    if phase is Phase.REVIEW:
        return REVIEW_SECONDS[rating - 1]
    return STEP_SECONDS[phase is Phase.RELEARNING]


def pace(times: Iterable[Timed]) -> float:
    """The user's seconds divided by the model's for the same answers; 1 where there are too few."""
    known = list(times)
    expected = sum(each.answers * model_seconds(each.phase, each.rating) for each in known)
    if sum(each.answers for each in known) < LEAST_ANSWERS:
        return 1.0
    return min(SLOWEST, max(FASTEST, sum(each.ms for each in known) / 1000 / expected))
