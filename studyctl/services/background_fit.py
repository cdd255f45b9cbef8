"""Fits the weights after review sessions, when enough was answered since the last time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studyctl.domain.fitting import MINIMUM_REVIEWS
from studyctl.domain.outcome import Outcome
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.services.fit import FitService, Refit
from studyctl.storage.repositories.review_stats import count_answers
from studyctl.storage.repositories.weights import Attempt, load_attempt, load_weights, note_attempt

FIT_EVERY = 200
"""Answers between two attempts."""


@dataclass(frozen=True)
class Finding:
    """What a fit of so many answers came to; `refit` is None where they were spread over too few days."""

    answers: int
    refit: Refit | None


class BackgroundFit:
    """`due` and `store` are quick; `look` may take a second and changes nothing, so it can have a thread of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def due(self) -> bool:
        """Whether a fit is worth trying now."""
        if not self._context.settings().background_fit:
            return False
        with self._context.database.read() as connection:
            answers, attempt = count_answers(connection), load_attempt(connection)
            history = load_weights(connection).history
        before = max(attempt.answers if attempt else 0, history[-1].reviews if history else 0)
        return answers >= MINIMUM_REVIEWS and answers - before >= FIT_EVERY

    def look(self) -> Finding:
        """Fit and judge."""
        with self._context.database.read() as connection:
            answers = count_answers(connection)
        try:
            return Finding(answers, FitService(self._context).look())
        except ConflictError:
            return Finding(answers, None)

    def store(self, finding: Finding) -> Outcome[Refit | None]:
        """Note the attempt, and keep the weights where they are better. The value is None where nothing was kept."""
        seen = finding.refit
        change = seen.fit.change if seen is not None and math.isfinite(seen.fit.change.bound) else None
        attempt = Attempt(
            date=self._context.today(self._context.settings()).isoformat(),
            answers=finding.answers,
            accepted=seen is not None and seen.fit.accepted,
            change=change.mean if change else None,
            bound=change.bound if change else None,
        )
        with self._context.database.maintain() as connection:
            note_attempt(connection, attempt)
        if seen is None:
            return Outcome(None)
        kept = FitService(self._context).keep(seen)
        return Outcome(kept.value if kept.value.stored else None, kept.changes)

    def after_session(self) -> Refit | None:
        """All of it at once, for front ends that wait. None where nothing was kept."""
        return self.store(self.look()).value if self.due() else None
