"""Asking cards: what each rating would lead to, and one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import Card, CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.scheduling import Moment, Scheduled, given_at
from studyctl.errors import ConflictError, NotFoundError
from studyctl.services.context import Context
from studyctl.services.prompts import Prompt
from studyctl.services.review_queue import Queue, ReviewQueue
from studyctl.services.schedulers import scheduler_for
from studyctl.services.shown_prompts import ShownPrompts
from studyctl.services.stale_note import stale_note
from studyctl.storage.aggregates import due_loads
from studyctl.storage.card_act import CardDesk, card_act, version_for_acts
from studyctl.storage.repositories.card_flags import flags_of
from studyctl.storage.repositories.cards import card_of, find_cards
from studyctl.storage.repositories.memory import memory_of
from studyctl.storage.repositories.settings import load_settings

_CHANGED = frozenset({Area.CARDS})


@dataclass(frozen=True)
class Answered:
    """A stored answer."""

    card: Card
    rating: Rating
    scheduled: Scheduled

    @property
    def leech(self) -> str:
        """Says so where this answer made the card a leech; else empty."""
        memory = self.scheduled.memory
        return f"Lapse {memory.lapses} of {self.card.id}: suspended as a leech." if memory.suspended else ""


class ReviewService:
    """Asks cards and stores answers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._queue = ReviewQueue(context)
        self._shown = ShownPrompts()

    def queue(self) -> Queue:
        """What can be answered now."""
        problems = self._context.shelf.sync()
        with self._context.database.read() as connection:
            return self._queue.look(connection, load_settings(connection), problems)

    def cards(self, ids: Iterable[str]) -> dict[str, Card]:
        """Cards by id; those that no deck has are left out."""
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            return find_cards(connection, ids)

    def prompt(self, card_id: str) -> Prompt:
        """A card with its rating previews.

        Raises:
            NotFoundError: no such card.
        """
        self._context.shelf.ensure()
        version = version_for_acts(self._context.database)
        settings = self._context.settings()
        with self._context.database.read() as connection:
            card = find_cards(connection, [card_id]).get(card_id)
            if card is None:
                raise no_card(card_id)
            memory = memory_of(connection, card_id)
            moment, loads = self._context.moment(settings), partial(due_loads, connection)
            preview = scheduler_for(settings, moment.day).preview(card_id, memory, moment, loads)
            flag = flags_of(connection, [card_id]).get(card_id)
            prompt = Prompt(card, memory, preview, flag, stale_note(self._context, connection, card_id))
        self._shown.keep(prompt, version, moment.day, settings)
        return prompt

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
        context = self._context
        context.shelf.ensure()
        now = context.now()
        millis = to_millis(now)
        with card_act(context.database, f"rate {card_id} {rating.label}", millis) as desk:
            version, shown = desk.version(), self._shown
            prompt = shown.find(card_id, version)
            settings = desk.settings() if prompt is None else shown.settings
            moment = Moment(millis, study_day(now, settings.rollover_hour), now.hour)
            if prompt is not None and shown.day == moment.day:
                card, memory = prompt.card, prompt.memory
                desk.trust(card_id, memory)
                scheduled = given_at(prompt.preview[rating], moment)
            else:
                card, memory = _stored(desk, card_id), desk.memory(card_id)
                scheduled = scheduler_for(settings, moment.day).answer(card_id, memory, rating, moment, desk.loads)
            _refuse_early(card_id, memory, moment, lambda: self._queue.offered(card_id, settings, memory, moment))
            desk.store(_entry(card_id, rating, moment, memory, scheduled, duration_ms), scheduled.memory)
        shown.go_on(card_id, version)
        return Outcome(Answered(card, rating, scheduled), _CHANGED)


def no_card(card_id: str) -> NotFoundError:
    """What a card that no deck has is answered with."""
    return NotFoundError(
        f"There is no card {card_id!r}.",
        "`studyctl cards WORD` finds cards by text, `studyctl review due` what is due.",
    )


def _stored(desk: CardDesk, card_id: str) -> Card:
    document = desk.document(card_id)
    if document is None:
        raise no_card(card_id)
    return card_of(document)


def _refuse_early(card_id: str, memory: Memory, moment: Moment, offered: Callable[[], bool]) -> None:
    if memory.suspended:
        raise ConflictError(
            f"Card {card_id} is suspended.",
            f"`studyctl review resume {card_id}` brings it back, `studyctl review due` lists what is due.",
        )
    if memory.phase is Phase.REVIEW and (memory.due_day or 0) > moment.day and not offered():
        days = (memory.due_day or 0) - moment.day
        raise ConflictError(
            f"Card {card_id} is due in {days} day{'s' if days != 1 else ''}; an early answer skews its schedule.",
            "`studyctl review due` lists what is due, `review undo` takes the last answer back.",
        )


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
        act=CardAct.ANSWER,
        hour=moment.hour,
        former_days=former_days(before),
    )
