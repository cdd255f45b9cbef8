"""The review queue: what is due, one answer, and its undo."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.cards import Card, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.scheduling import Moment, Scheduled, Scheduler
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError, NotFoundError
from studyctl.services.context import Context
from studyctl.services.standing import load_standing
from studyctl.storage.repositories.memory import Subject, all_memory, memory_of, save_memory
from studyctl.storage.repositories.review_log import log_review, reviews
from studyctl.storage.unit_of_work import Connection

_CHANGED = frozenset({Area.CARDS})
_LEARN_AHEAD_MS = 20 * 60_000


@dataclass(frozen=True)
class QueueCounts:
    """Cards waiting: in learning steps, due for review, new within today's limit; `later` learning steps come today."""

    learning: int
    review: int
    new: int
    later: int = 0

    @property
    def total(self) -> int:
        """Cards that can be answered now."""
        return self.learning + self.review + self.new


@dataclass(frozen=True)
class Prompt:
    """A card to answer, with what each rating would lead to."""

    card: Card
    memory: Memory
    preview: dict[Rating, Scheduled]


@dataclass(frozen=True)
class Queue:
    """Card ids in the order in which they are asked, and their counts."""

    ids: tuple[str, ...]
    counts: QueueCounts


@dataclass(frozen=True)
class Answered:
    """A stored answer."""

    card: Card
    rating: Rating
    scheduled: Scheduled


def scheduler_for(settings: Settings) -> Scheduler:
    """The scheduler with the user's desired retention."""
    return Scheduler(settings.desired_retention, settings.maximum_interval)


class ReviewService:
    """Cards in learning first, then due reviews, then new cards of unlocked days up to the daily limit."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def queue(self) -> Queue:
        """What can be answered now."""
        settings = self._context.settings()
        with self._context.database.read() as connection:
            return self._queue(connection, settings)

    def prompt(self, card_id: str) -> Prompt:
        """A card with its rating previews.

        Raises:
            NotFoundError: no such card.
        """
        settings = self._context.settings()
        card = self._card(card_id)
        with self._context.database.read() as connection:
            memory = memory_of(connection, card_id)
        preview = scheduler_for(settings).preview(card_id, memory, self._context.moment(settings))
        return Prompt(card, memory, preview)

    def next(self) -> Prompt | None:
        """The next card to answer, or None when the queue is empty."""
        ids = self.queue().ids
        return self.prompt(ids[0]) if ids else None

    def answer(self, card_id: str, rating: Rating, duration_ms: int = 0) -> Outcome[Answered]:
        """Store one answer: card, log line and journal in one transaction.

        Raises:
            NotFoundError: no such card.
            ConflictError: the card is not due.
        """
        settings = self._context.settings()
        card = self._card(card_id)
        moment = self._context.moment(settings)
        with self._context.database.write("review", f"rate {card_id} {rating.label}") as transaction:
            memory = memory_of(transaction.connection, card_id)
            self._refuse_early(card_id, memory, moment)
            scheduled = scheduler_for(settings).answer(card_id, memory, rating, moment)
            save_memory(transaction, Subject.CARD, card_id, scheduled.memory)
            log_review(transaction, _entry(card_id, rating, moment, memory, scheduled, duration_ms))
        return Outcome(Answered(card, rating, scheduled), _CHANGED)

    def _queue(self, connection: Connection, settings: Settings) -> Queue:
        moment = self._context.moment(settings)
        cards = self._context.library.cards
        memory = {
            card_id: state
            for card_id, state in all_memory(connection, Subject.CARD).items()
            if card_id in cards and not state.suspended
        }
        stepping = [card_id for card_id, state in memory.items() if state.due_at is not None]
        learning = [card_id for card_id in stepping if _step_due(memory[card_id], moment)]
        learning.sort(key=lambda card_id: (memory[card_id].due_at or 0, card_id))
        due = [
            card_id
            for card_id, state in memory.items()
            if state.phase is Phase.REVIEW and state.due_day is not None and state.due_day <= moment.day
        ]
        model = scheduler_for(settings)
        due.sort(key=lambda card_id: (model.retrievability(memory[card_id], moment.day), card_id))
        new = self._new(connection, settings, moment)
        waiting = [card_id for card_id in stepping if card_id not in set(learning)]
        if not learning and not due and not new:
            # Nothing else is left: a step that is nearly due is better asked now than waited for.
            soon = [card_id for card_id in waiting if (memory[card_id].due_at or 0) <= moment.millis + _LEARN_AHEAD_MS]
            learning = sorted(soon, key=lambda card_id: (memory[card_id].due_at or 0, card_id))
            waiting = [card_id for card_id in waiting if card_id not in set(learning)]
        counts = QueueCounts(len(learning), len(due), len(new), len(waiting))
        return Queue((*learning, *due, *new), counts)

    def _new(self, connection: Connection, settings: Settings, moment: Moment) -> list[str]:
        seen = all_memory(connection, Subject.CARD)
        introduced = sum(entry.phase is Phase.NEW for entry in reviews(connection, since_day=moment.day))
        room = max(0, settings.new_cards_per_day - introduced)
        unlocked = load_standing(connection, self._context).unlocked(self._context, settings)
        waiting = [
            card
            for card in self._context.library.cards.values()
            if card.day in unlocked and seen.get(card.id, Memory()).phase is Phase.NEW
        ]
        waiting.sort(key=lambda card: (card.day.track != settings.active_track, card.day.track, card.day.sort_key))
        return [card.id for card in waiting[:room]]

    def _card(self, card_id: str) -> Card:
        card = self._context.library.cards.get(card_id)
        if card is None:
            raise NotFoundError(f"There is no card {card_id!r}.", "`studyctl review due` lists what is due.")
        return card

    def _refuse_early(self, card_id: str, memory: Memory, moment: Moment) -> None:
        if memory.suspended:
            raise ConflictError(f"Card {card_id} is suspended.", "`studyctl review due` lists what is due.")
        if memory.phase is Phase.REVIEW and (memory.due_day or 0) > moment.day:
            days = (memory.due_day or 0) - moment.day
            raise ConflictError(
                f"Card {card_id} is due in {days} day{'s' if days != 1 else ''}; an early answer skews its schedule.",
                "`studyctl review due` lists what is due, `review undo` takes the last answer back.",
            )


def _step_due(state: Memory, moment: Moment) -> bool:
    return (state.due_at or 0) <= moment.millis or (state.due_day or 0) < moment.day


def _entry(
    card_id: str, rating: Rating, moment: Moment, before: Memory, scheduled: Scheduled, duration_ms: int
) -> ReviewEntry:
    return ReviewEntry(
        id=0,
        card_id=card_id,
        rating=rating,
        at=moment.millis,
        day=moment.day,
        phase=before.phase,
        elapsed_days=0 if before.last_day is None else max(0, moment.day - before.last_day),
        stability=scheduled.memory.stability,
        difficulty=scheduled.memory.difficulty,
        interval_days=scheduled.interval_days,
        duration_ms=duration_ms,
    )
