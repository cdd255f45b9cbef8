"""What was reviewed today, and what comes next when the queue is empty."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from studyctl.domain.cards import Phase, Rating
from studyctl.domain.clock import from_millis
from studyctl.services.context import Context
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import reviews


@dataclass(frozen=True)
class ReviewDay:
    """Answers of this study day by rating, the next learning step of today, and the next day with cards due."""

    answers: dict[Rating, int]
    minutes: float
    next_step: datetime | None
    next_day: int | None
    next_day_cards: int

    @property
    def total(self) -> int:
        """Answers of this study day."""
        return sum(self.answers.values())


def review_day(context: Context) -> ReviewDay:
    """Look at the log and at the cards' dates. `next_day` is in days from today."""
    settings = context.settings()
    moment = context.moment(settings)
    with context.database.read() as connection:
        log = reviews(connection, since_day=moment.day)
        memory = all_memory(connection, Subject.CARD)
    known = [state for card_id, state in memory.items() if card_id in context.library.cards and not state.suspended]
    steps = [state.due_at for state in known if state.due_at is not None and state.due_day == moment.day]
    days = Counter(
        state.due_day
        for state in known
        if state.phase is Phase.REVIEW and state.due_day is not None and state.due_day > moment.day
    )
    first = min(days, default=None)
    return ReviewDay(
        answers={rating: sum(entry.rating is rating for entry in log) for rating in Rating},
        minutes=sum(entry.duration_ms for entry in log) / 60_000,
        next_step=from_millis(min(steps), context.now().tzinfo) if steps else None,
        next_day=None if first is None else first - moment.day,
        next_day_cards=0 if first is None else days[first],
    )
