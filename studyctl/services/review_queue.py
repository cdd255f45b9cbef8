"""Which cards can be answered now, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from studyctl.content.cards import OWN_DAY
from studyctl.domain.cards import Memory
from studyctl.domain.deadline_choice import Stage
from studyctl.domain.scheduling import Moment
from studyctl.domain.settings import Settings
from studyctl.errors import ContentError
from studyctl.services.context import Context
from studyctl.services.deadline_queue import DeadlineQueue
from studyctl.services.standing import load_standing
from studyctl.storage.repositories import queue as waiting
from studyctl.storage.unit_of_work import Connection

PAGE = 50  # cards that one look at the queue names
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
class Queue:
    """The first card ids in the order in which they are asked, and the counts of all.

    `problems` tells what is wrong with the user's own decks.
    """

    ids: tuple[str, ...]
    counts: QueueCounts
    problems: tuple[ContentError, ...] = ()


class ReviewQueue:
    """Cards in learning first, then due reviews, then new cards of unlocked days up to the daily limit.

    In the last pass before a deadline: cards in learning, new cards, then the day's part of the ranking.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._deadline = DeadlineQueue(context)
        self._today: tuple[int, waiting.Today] | None = None

    def look(self, connection: Connection, settings: Settings, problems: tuple[ContentError, ...] = ()) -> Queue:
        """What can be answered now."""
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

    def offered(self, card_id: str, settings: Settings, memory: Memory, moment: Moment) -> bool:
        """True where the last pass asks for a card today although its date lies ahead."""
        deadline = settings.deadline
        if deadline is None or deadline.stage(moment.day) is not Stage.LAST_PASS or memory.last_day == moment.day:
            return False
        if not self._deadline.offered(card_id, moment.day):
            with self._context.database.read() as connection:
                self.look(connection, settings)
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
