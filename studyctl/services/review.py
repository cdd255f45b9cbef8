"""The review queue: what is due, one answer, and its undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from studyctl.content.cards import OWN_DAY
from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import Card, CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.scheduling import Moment, Scheduled, Scheduler, given_at
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError, ContentError, NotFoundError
from studyctl.services.context import Context
from studyctl.services.shown_prompts import ShownPrompts
from studyctl.services.standing import load_standing
from studyctl.storage.aggregates import due_loads
from studyctl.storage.card_act import CardDesk, card_act, version_for_acts
from studyctl.storage.repositories import queue as waiting
from studyctl.storage.repositories.cards import card_of, find_cards
from studyctl.storage.repositories.memory import memory_of
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection

PAGE = 50  # cards that one look at the queue names
_CHANGED = frozenset({Area.CARDS})
_SPARE = 20  # read beside what is wanted, as some must wait
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
    """The first card ids in the order in which they are asked, and the counts of all.

    `problems` tells what is wrong with the user's own decks.
    """

    ids: tuple[str, ...]
    counts: QueueCounts
    problems: tuple[ContentError, ...] = ()


@dataclass(frozen=True)
class Answered:
    """A stored answer."""

    card: Card
    rating: Rating
    scheduled: Scheduled


def scheduler_for(settings: Settings) -> Scheduler:
    """The scheduler with the user's choices.

    Raises:
        DataError: the stored weights are not those of the memory model.
    """
    return _scheduler(settings.desired_retention, settings.maximum_interval, settings.fsrs_weights, settings.easy_days)


_scheduler = lru_cache(maxsize=8)(Scheduler)


class ReviewService:
    """Cards in learning first, then due reviews, then new cards of unlocked days up to the daily limit."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._today: tuple[int, waiting.Today] | None = None
        self._shown = ShownPrompts()

    def queue(self) -> Queue:
        """What can be answered now."""
        problems = self._context.shelf.sync()
        with self._context.database.read() as connection:
            return self._queue(connection, load_settings(connection), problems)

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
            preview = scheduler_for(settings).preview(card_id, memory, moment, loads)
        prompt = Prompt(card, memory, preview)
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
                scheduled = scheduler_for(settings).answer(card_id, memory, rating, moment, desk.loads)
            _refuse_early(card_id, memory, moment)
            desk.store(_entry(card_id, rating, moment, memory, scheduled, duration_ms), scheduled.memory)
        shown.go_on(card_id, version)
        return Outcome(Answered(card, rating, scheduled), _CHANGED)

    def _queue(self, connection: Connection, settings: Settings, problems: tuple[ContentError, ...]) -> Queue:
        moment = self._context.moment(settings)
        today = self._done(connection, moment)
        steps = waiting.steps(connection)
        learning = [step.card for step in steps if step.due_at <= moment.millis or step.due_day < moment.day]
        reviews = waiting.count_due(connection, moment.day) - waiting.count_waiting(connection, moment.day, today)
        chosen = _Chosen(connection, today)
        asked = chosen.take(waiting.due(connection, moment.day), PAGE) if reviews else []
        new = self._new(connection, settings, chosen)
        if not learning and not reviews and not new:
            # Nothing else is left: a step that is nearly due is better asked now than waited for.
            learning = [step.card for step in steps if step.due_at <= moment.millis + _LEARN_AHEAD_MS]
        counts = QueueCounts(len(learning), reviews, len(new), len(steps) - len(learning))
        page = (*learning, *asked, *new) if len(asked) == reviews else (*learning, *asked)
        return Queue(page[:PAGE], counts, problems)

    def _done(self, connection: Connection, moment: Moment) -> waiting.Today:
        """What was answered today; kept between looks as long as the decks stay as they are."""
        edition = self._context.shelf.edition
        known = self._today[1] if self._today is not None and self._today[0] == edition else None
        today = waiting.done_on(connection, moment.day, known)
        self._today = edition, today
        return today

    def _new(self, connection: Connection, settings: Settings, chosen: _Chosen) -> list[str]:
        room = max(0, settings.new_cards_per_day - chosen.today.introduced)
        if not room:
            return []
        unlocked = load_standing(connection, self._context).unlocked(self._context, settings)
        active = [str(day) for day in unlocked if day.track == settings.active_track]
        others = [str(day) for day in (*unlocked, OWN_DAY) if day.track != settings.active_track]
        first = chosen.take(waiting.fresh(connection, active), room)
        return [*first, *chosen.take(waiting.fresh(connection, others), room - len(first))]


class _Chosen:
    """Picks cards so that no note is asked twice a day, nor beside one that is near to it."""

    def __init__(self, connection: Connection, today: waiting.Today) -> None:
        self._connection = connection
        self._notes: set[str] = set()
        self.today = today

    def take(self, cards: Iterator[waiting.Waiting], room: int) -> list[str]:
        """The first cards that may be asked, up to `room`."""
        taken: list[str] = []
        while len(taken) < room and (batch := list(islice(cards, room + _SPARE))):
            near = waiting.near_by_note(self._connection, {card.note for card in batch})
            for card in batch:
                free = card.note not in self._notes and card.card not in self.today.waiting
                if len(taken) < room and free:
                    taken.append(card.card)
                    self._notes |= {card.note, *near.get(card.note, ())}
        return taken


def no_card(card_id: str) -> NotFoundError:
    """What a card that no deck has is answered with."""
    return NotFoundError(f"There is no card {card_id!r}.", "`studyctl review due` lists what is due.")


def _stored(desk: CardDesk, card_id: str) -> Card:
    document = desk.document(card_id)
    if document is None:
        raise no_card(card_id)
    return card_of(document)


def _refuse_early(card_id: str, memory: Memory, moment: Moment) -> None:
    if memory.suspended:
        raise ConflictError(
            f"Card {card_id} is suspended.",
            f"`studyctl review resume {card_id}` brings it back, `studyctl review due` lists what is due.",
        )
    if memory.phase is Phase.REVIEW and (memory.due_day or 0) > moment.day:
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
