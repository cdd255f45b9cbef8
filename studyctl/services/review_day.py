"""What was reviewed today, and what comes next when the queue is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from studyctl.domain.breaks import break_on
from studyctl.domain.cards import Rating
from studyctl.domain.clock import from_millis
from studyctl.domain.deadline_choice import Stage
from studyctl.services.context import Context
from studyctl.services.deadline_queue import expected_cards
from studyctl.storage.repositories.queue import next_due, steps
from studyctl.storage.repositories.review_log import reviews


@dataclass(frozen=True)
class ReviewDay:
    """Answers of this study day by rating, the next learning step of today, and the next day with cards due.

    In the last pass before a deadline that day is tomorrow, with about as many cards as its minutes take.
    `break_until` is the last day of the planned break that this day lies in.
    """

    answers: dict[Rating, int]
    minutes: float
    next_step: datetime | None
    next_day: int | None
    next_day_cards: int
    break_until: date | None = None

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
        waiting = [step.due_at for step in steps(connection) if step.due_day == moment.day]
        coming = next_due(connection, moment.day)
        if settings.deadline and settings.deadline.stage(moment.day + 1) is Stage.LAST_PASS:
            coming = moment.day + 1, expected_cards(connection, settings.deadline, moment.day + 1)
    away = break_on(settings.breaks, moment.day)
    return ReviewDay(
        answers={rating: sum(entry.rating is rating for entry in log) for rating in Rating},
        minutes=sum(entry.duration_ms for entry in log) / 60_000,
        next_step=from_millis(min(waiting), context.now().tzinfo) if waiting else None,
        next_day=None if coming is None else coming[0] - moment.day,
        next_day_cards=0 if coming is None else coming[1],
        break_until=away.last if away else None,
    )
