"""Practice and filtered review: which cards come, and whether an answer counts. Writes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studyctl.content.cards import OWN_DAY
from studyctl.domain.card_query import All, Not, Query, parse_query
from studyctl.domain.query_terms import Is, State
from studyctl.domain.settings import Settings
from studyctl.domain.spacing import apart
from studyctl.services.context import Context
from studyctl.services.query_facts import facts_for
from studyctl.services.schedulers import scheduler_for
from studyctl.services.standing import load_standing
from studyctl.storage.repositories.card_conditions import Facts
from studyctl.storage.repositories.card_search import CardSort, Found, find_page
from studyctl.storage.repositories.queue import done_on, near_by_note
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection

LIMIT = 50
_NEW_SEEN = 500  # new cards that are looked through for those that may come today
_DUE = All((Is(State.DUE), Not(Is(State.BURIED))))
_LEARNT = All((Not(Is(State.NEW)), Not(_DUE)))


@dataclass(frozen=True)
class Practice:
    """A card to ask. `counts` is True where it is due now, so that an answer is a normal one.

    Otherwise it is practice: an answer must not be stored, and nothing about the card changes.
    """

    card_id: str
    counts: bool


class PracticeService:
    """Chooses cards outside the daily queue."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def pick(self, query: str | None, limit: int = LIMIT, seed: int = 0) -> tuple[Practice, ...]:
        """Cards that match: what counts first (due ones, then new ones of today), then the lowest recall first.

        Without a query: all cards that were learnt and are not suspended. Siblings and near ones do not stand beside
        each other where that can be done, and only one of them counts. `seed` orders cards whose recall is equal to a
        hundredth.

        Raises:
            UsageError: the query is wrong; says where.
        """
        asked = parse_query(query or "")
        parsed: Query = asked if query else All((asked, Not(Is(State.NEW)), Not(Is(State.SUSPENDED))))
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            return tuple(_Choice(self._context, connection, parsed).take(limit, seed))


class _Choice:
    """One look at the cards that match a query."""

    def __init__(self, context: Context, connection: Connection, query: Query) -> None:
        self._context = context
        self._connection = connection
        self._query = query
        self._facts: Facts = facts_for(context, connection, All((query, _DUE)))
        self._settings: Settings = load_settings(connection)

    def take(self, limit: int, seed: int) -> list[Practice]:
        due = sorted(self._find(_DUE, CardSort.DUE, limit), key=lambda each: each.memory.due_at is None)
        new = self._find(Is(State.NEW), CardSort.DECK, _NEW_SEEN)
        learnt = self._by_recall(self._find(_LEARNT, CardSort.RECALL, limit), seed)
        near = near_by_note(self._connection, {each.note for each in (*due, *new, *learnt)})

        def related(one: Found, other: Found) -> bool:
            return one.note == other.note or other.note in near.get(one.note, ())

        counted = self._counted(due, new, near)
        chosen = {each.card for each in counted}
        rest = [each for each in (*self._by_recall(due, seed), *learnt, *new) if each.card not in chosen]
        first = apart(counted[:limit], related)
        then = apart(rest[: limit - len(first)], related, first[-1] if first else None)
        return [*(Practice(each.card, True) for each in first), *(Practice(each.card, False) for each in then)]

    def _find(self, also: Query, sort: CardSort, limit: int) -> list[Found]:
        return find_page(self._connection, All((self._query, also)), self._facts, sort, limit)

    def _by_recall(self, found: Iterable[Found], seed: int) -> list[Found]:
        scheduler, draw = scheduler_for(self._settings), random.Random(seed)
        recall = {each.card: scheduler.retrievability(each.memory, self._facts.day) for each in found}
        return sorted(found, key=lambda each: (round(recall[each.card], 2), draw.random()))

    def _counted(self, due: list[Found], new: list[Found], near: dict[str, set[str]]) -> list[Found]:
        """Due cards, and the new ones that the queue would let in today: of unlocked days, within the limit."""
        if not new:
            return list(_unrelated(due, near))
        today = done_on(self._connection, self._facts.day)
        standing = load_standing(self._connection, self._context)
        unlocked = {str(day) for day in (*standing.unlocked(self._context, self._settings), OWN_DAY)}
        free = {
            each.card
            for each in new
            if each.day in unlocked and not each.memory.suspended and each.card not in today.waiting
        }
        alone = list(_unrelated((*due, *(each for each in new if each.card in free)), near))
        room = max(0, self._settings.new_cards_per_day - today.introduced)
        return [
            *(each for each in alone if each.card not in free),
            *[each for each in alone if each.card in free][:room],
        ]


def _unrelated(found: Iterable[Found], near: dict[str, set[str]]) -> Iterator[Found]:
    """One card of each group of siblings and near ones: the others must wait for another day."""
    taken: set[str] = set()
    for each in found:
        if each.note not in taken:
            yield each
            taken |= {each.note, *near.get(each.note, ())}
