"""How the user answers: the one source of the time that a review takes, wherever it is said."""

from __future__ import annotations

from studyctl.domain.answer_pace import LEAST_ANSWERS, pace
from studyctl.domain.cards import Phase
from studyctl.domain.forgetting import PASS_SHARES
from studyctl.domain.workload import YEAR, AnswerHabits
from studyctl.storage.repositories.answer_times import recent_times
from studyctl.storage.repositories.review_stats import by_phase
from studyctl.storage.unit_of_work import Connection


def answer_habits(connection: Connection, today: int) -> AnswerHabits:
    """Pace and shares of the user's answers of the last year, or the model's where there are too few."""
    sums = by_phase(connection, today - YEAR + 1, today)
    passed = next((each.counts[1:] for each in sums if each.phase is Phase.REVIEW), ())
    shares = tuple(count / sum(passed) for count in passed) if sum(passed) >= LEAST_ANSWERS else PASS_SHARES
    return AnswerHabits(pace(recent_times(connection, today)), shares)
