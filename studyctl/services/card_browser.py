"""All cards as a list that can be searched, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from studyctl.domain.card_query import All, parse_query
from studyctl.domain.cards import Card, CardAct, ReviewEntry
from studyctl.domain.due_text import due_text
from studyctl.domain.scheduling import Moment, Scheduler
from studyctl.errors import ContentError, NotFoundError, UsageError
from studyctl.services.context import Context
from studyctl.services.query_facts import facts_for, unknown_tags
from studyctl.services.schedulers import scheduler_for
from studyctl.storage.repositories.card_flags import flags_of
from studyctl.storage.repositories.card_search import (
    CardSort,
    Found,
    count_found,
    find_page,
    found_ids,
    stale_cards,
)
from studyctl.storage.repositories.cards import find_cards, paths_of
from studyctl.storage.repositories.memory import memory_of
from studyctl.storage.repositories.review_log import acts_of
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection

PAGE = 100
_FIND = "`studyctl cards WORD` finds cards by text."
FITTING = {
    "suspend": "-is:suspended",
    "resume": "is:suspended",
    "forget": "-is:new or is:suspended",
    "move": "is:review",
    "unflag": "is:flagged",
}
"""For each act over many cards, those that it makes sense for."""


@dataclass(frozen=True)
class CardLine:
    """A card in the list.

    `front` is the first line of its question, `due` words, `stability` days, `retrievability` the probability of
    recalling it today; those of the memory are None for a new card. `flag` is the note of its flag, None without one;
    `stale` the record that left the interval that the card quotes.
    """

    id: str
    deck: str
    day: str
    kind: str
    front: str
    phase: str
    due: str
    stability: float | None
    difficulty: float | None
    retrievability: float | None
    reps: int
    lapses: int
    suspended: bool
    leech: bool
    flag: str | None
    stale: str | None

    @property
    def standing(self) -> str:
        """Phase, date and counts, e.g. `review, in 6 d; 4 answers, 1 lapse`."""
        phase = self.phase if self.due == self.phase else f"{self.phase}, {self.due}"
        return f"{phase}; {counted(self.reps, 'answer')}, {counted(self.lapses, 'lapse')}"


@dataclass(frozen=True)
class CardPage:
    """How many cards match, and some of them.

    Where none does, `remark` may say why; `problems` tells what is wrong with the user's own decks.
    """

    total: int
    rows: tuple[CardLine, ...]
    remark: str = ""
    problems: tuple[ContentError, ...] = ()


@dataclass(frozen=True)
class LogLine:
    """One act on a card: `rating` is its name, empty where the act is no answer; `interval_days` is 0 inside a day."""

    date: date
    act: CardAct
    rating: str
    phase: str
    interval_days: int
    seconds: float


@dataclass(frozen=True)
class CardDetail:
    """One card with its text, its schedule, the file that it stands in and its log, newest line first."""

    line: CardLine
    card: Card
    path: str
    log: tuple[LogLine, ...]


class BrowserService:
    """Searches the cards of all decks; writes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def find(self, query: str, sort: str = CardSort.DUE, limit: int = PAGE, offset: int = 0) -> CardPage:
        """A page of the cards that match; an empty query is any card.

        Raises:
            UsageError: the query is wrong (says where), or there is no such order.
        """
        parsed, order = parse_query(query), _sort_of(sort)
        problems = self._context.shelf.sync()
        with self._context.database.read() as connection:
            facts = facts_for(self._context, connection, parsed)
            total = count_found(connection, parsed, facts)
            found = find_page(connection, parsed, facts, order, limit, offset) if total > offset else []
            remark = "" if total else unknown_tags(connection, parsed)
            return CardPage(total, self._lines(connection, found), remark, problems)

    def fitting(self, query: str, act: str) -> tuple[str, ...]:
        """Ids of the cards that match and that an act makes sense for, in the order of the decks.

        Raises:
            UsageError: the query is wrong, or empty.
        """
        if not query.strip():
            raise UsageError("This needs a query, so that not all cards are meant by mistake.", "--query tag:kv-cache")
        parsed = All((parse_query(query), parse_query(FITTING[act])))
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            return tuple(found_ids(connection, parsed, facts_for(self._context, connection, parsed)))

    def card(self, card_id: str) -> CardDetail:
        """Everything of one card.

        Raises:
            NotFoundError: no such card.
        """
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            card = find_cards(connection, [card_id]).get(card_id)
            if card is None:
                gaps = sorted(find_cards(connection, [f"{card_id}.{n}" for n in range(1, 10)]))
                hint = f"A text with gaps has a card for each: {', '.join(gaps)}." if gaps else _FIND
                raise NotFoundError(f"There is no card {card_id!r}.", hint)
            found = Found(card.id, card.note, str(card.day), memory_of(connection, card.id))
            (line,) = self._lines(connection, [found])
            log = tuple(_log_line(entry) for entry in reversed(acts_of(connection, card_id)))
            return CardDetail(line, card, paths_of(connection, [card_id])[card_id], log)

    def _lines(self, connection: Connection, found: Sequence[Found]) -> tuple[CardLine, ...]:
        ids = [each.card for each in found]
        cards, flags, stale = find_cards(connection, ids), flags_of(connection, ids), stale_cards(connection, ids)
        settings = load_settings(connection)
        scheduler, now = scheduler_for(settings), self._context.moment(settings)
        lines = [_line(each, cards[each.card], scheduler, now) for each in found]
        return tuple(replace(line, flag=flags.get(line.id), stale=stale.get(line.id)) for line in lines)


def counted(number: int, name: str) -> str:
    """A number with its noun."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def _sort_of(text: str) -> CardSort:
    if text not in tuple(CardSort):
        raise UsageError(f"Cards have no order {text!r}.", f"Orders: {', '.join(CardSort)}.")
    return CardSort(text)


def _line(found: Found, card: Card, scheduler: Scheduler, now: Moment) -> CardLine:
    memory = found.memory
    return CardLine(
        id=card.id,
        deck=card.deck,
        day=str(card.day),
        kind=card.kind.value,
        front=next((line.strip() for line in card.front.splitlines() if line.strip()), ""),
        phase=memory.phase.value,
        due=due_text(memory, now),
        stability=memory.stability,
        difficulty=memory.difficulty,
        retrievability=None if memory.stability is None else scheduler.retrievability(memory, now.day),
        reps=memory.reps,
        lapses=memory.lapses,
        suspended=memory.suspended,
        leech=memory.leech,
        flag=None,
        stale=None,
    )


def _log_line(entry: ReviewEntry) -> LogLine:
    return LogLine(
        date=date.fromordinal(entry.day),
        act=entry.act,
        rating=entry.rating.label if entry.rating else "",
        phase=entry.phase.value,
        interval_days=entry.interval_days,
        seconds=entry.duration_ms / 1000,
    )
