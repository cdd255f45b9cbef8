"""The review queue: what is due, one answer, and its undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from studyctl.content.cards import OWN_DAY
from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import Card, CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.deadline_choice import Stage, retention_on
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.scheduling import Moment, Scheduled, Scheduler, given_at
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError, ContentError, NotFoundError
from studyctl.services.context import Context
from studyctl.services.deadline_queue import DeadlineQueue
from studyctl.services.shown_prompts import ShownPrompts
from studyctl.services.stale_note import stale_note
from studyctl.services.standing import load_standing
from studyctl.storage.aggregates import due_loads
from studyctl.storage.card_act import CardDesk, card_act, version_for_acts
from studyctl.storage.repositories import queue as waiting
from studyctl.storage.repositories.card_flags import flags_of
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
    """Cards waiting: in learning steps, due for review, new within today's limit; `later` learning steps come today.

    In the last pass before a deadline `review` are the cards chosen for today. `deadline_days` are the days until then,
    negative behind it; None without one and while building.
    """

    learning: int
    review: int
    new: int
    later: int = 0
    deadline_days: int | None = None

    @property
    def total(self) -> int:
        """Cards that can be answered now."""
        return self.learning + self.review + self.new


@dataclass(frozen=True)
class Prompt:
    """A card to answer, with what each rating would lead to.

    `flag` is the note of the user's flag (it may be empty), None without one. `stale` says which later run
    left the figure that the card quotes, and is empty where none did.
    """

    card: Card
    memory: Memory
    preview: dict[Rating, Scheduled]
    flag: str | None = None
    stale: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What the user should know of the card beside its text, a line each."""
        lines = [] if self.flag is None else [f"! flagged: {self.flag}" if self.flag else "! flagged"]
        return (*lines, *([f"! {self.stale}"] if self.stale else []))


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

    @property
    def leech(self) -> str:
        """Says so where this answer made the card a leech; else empty."""
        memory = self.scheduled.memory
        return f"Lapse {memory.lapses} of {self.card.id}: suspended as a leech." if memory.suspended else ""


def scheduler_for(settings: Settings, day: int | None = None) -> Scheduler:
    """The scheduler with the user's choices; on a study day `day` with the retention that a deadline gives it.

    Raises:
        DataError: the stored weights are not those of the memory model.
    """
    retention = settings.desired_retention
    if day is not None:
        retention = retention_on(settings.deadline, retention, day)
    return _scheduler(
        retention,
        settings.maximum_interval,
        settings.fsrs_weights,
        settings.easy_days,
        tuple(each.span for each in settings.breaks),
    )


_scheduler = lru_cache(maxsize=8)(Scheduler)


class ReviewService:
    """Cards in learning first, then due reviews, then new cards of unlocked days up to the daily limit.

    In the last pass before a deadline: cards in learning, new cards, then the day's part of the ranking.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._deadline = DeadlineQueue(context)
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
            _refuse_early(card_id, memory, moment, lambda: self._offered(card_id, settings, memory, moment))
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
        share = self._deadline.share(connection, settings, moment, today, len(steps)) if settings.deadline else None
        if share is not None and share.stage is Stage.LAST_PASS:
            new = self._new(connection, settings, chosen, share.new_room(reviews))
            ranked = share.reviews(len(new))
            reviews, asked = len(ranked), chosen.take(iter(ranked), PAGE)
            self._deadline.offer(card.card for card in ranked)
            asked = [*new, *asked] if share.new_first else [*asked, *new]
        else:
            asked = chosen.take(waiting.due(connection, moment.day), PAGE) if reviews else []
            complete = len(asked) == reviews
            new = self._new(connection, settings, chosen, share.new_room(reviews) if share else None)
            asked += new if complete else []
        if not learning and not reviews and not new:
            # Nothing else is left: a step that is nearly due is better asked now than waited for.
            learning = [step.card for step in steps if step.due_at <= moment.millis + _LEARN_AHEAD_MS]
        later = len(steps) - len(learning)
        counts = QueueCounts(len(learning), reviews, len(new), later, share.countdown if share else None)
        return Queue((*learning, *asked)[:PAGE], counts, problems)

    def _offered(self, card_id: str, settings: Settings, memory: Memory, moment: Moment) -> bool:
        """True where the last pass asks for a card today although its date lies ahead."""
        deadline = settings.deadline
        if deadline is None or deadline.stage(moment.day) is not Stage.LAST_PASS or memory.last_day == moment.day:
            return False
        if not self._deadline.offered(card_id, moment.day):
            with self._context.database.read() as connection:
                self._queue(connection, settings, ())
        return self._deadline.offered(card_id, moment.day)

    def _done(self, connection: Connection, moment: Moment) -> waiting.Today:
        """What was answered today; kept between looks as long as the decks stay as they are."""
        edition = self._context.shelf.edition
        known = self._today[1] if self._today is not None and self._today[0] == edition else None
        today = waiting.done_on(connection, moment.day, known)
        self._today = edition, today
        return today

    def _new(self, connection: Connection, settings: Settings, chosen: _Chosen, most: int | None) -> list[str]:
        room = max(0, settings.new_cards_per_day - chosen.today.introduced)
        if most is not None:
            room = min(room, most)
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
