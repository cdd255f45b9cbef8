"""What can be asked now: learning steps, due reviews, new cards. Cards that no deck has any more are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select, text
from sqlalchemy.sql import Select

from studyctl.domain.cards import CardAct, Phase
from studyctl.storage.aggregates import CARD, LOAD, LOG, MEMORY, relation, started
from studyctl.storage.repositories.cards import NEAR
from studyctl.storage.repositories.review_log import standing

_MANY = 500
_REVIEWED = text("memory.kind = 'card' AND memory.suspended = 0 AND memory.phase = 'review'")
_STEPPING = text("memory.kind = 'card' AND memory.suspended = 0 AND memory.due_at IS NOT NULL")


@dataclass(frozen=True)
class Step:
    """A card in a learning step: epoch milliseconds and study day when it is due."""

    card: str
    due_at: int
    due_day: int


@dataclass(frozen=True)
class Waiting:
    """A card that could be asked, with its note."""

    card: str
    note: str
    day: str = ""


@dataclass(frozen=True)
class Today:
    """What was done on a study day: answered cards, how many of them came as new ones, notes that must wait."""

    cards: frozenset[str]
    introduced: int
    notes: frozenset[str]


def steps(connection: Connection) -> list[Step]:
    """Cards in learning steps, the one due first at the front."""
    query = (
        select(MEMORY.c.subject, MEMORY.c.due_at, MEMORY.c.due_day)
        .join(CARD, CARD.c.id == MEMORY.c.subject)
        .where(_STEPPING)
        .order_by(MEMORY.c.due_at, MEMORY.c.subject)
    )
    return [Step(*row) for row in connection.execute(query)]


def done_on(connection: Connection, day: int) -> Today:
    """What was answered on a day. Notes that must wait are those of its cards, and the ones near to them."""
    answers = standing(LOG).where(LOG.c.day == day, LOG.c.act == CardAct.ANSWER.value).subquery("answers")
    query = select(answers.c.card_id, answers.c.phase, CARD.c.note).join(
        CARD, CARD.c.id == answers.c.card_id, isouter=True
    )
    rows = connection.execute(query).all()
    cards = frozenset(row.card_id for row in rows)
    notes = frozenset(row.note for row in rows if row.note)
    introduced = sum(row.phase == Phase.NEW.value for row in rows)
    return Today(cards, introduced, notes | related(connection, notes))


def related(connection: Connection, notes: Collection[str]) -> frozenset[str]:
    """Notes that are near to some of these, in either direction."""
    return frozenset(note for found in near_by_note(connection, notes).values() for note in found)


def near_by_note(connection: Connection, notes: Collection[str]) -> dict[str, set[str]]:
    """For each of some notes the ones near to it: named by it, or naming it."""
    found: dict[str, set[str]] = {}
    wanted = list(notes)
    for start in range(0, len(wanted), _MANY):
        some = wanted[start : start + _MANY]
        pairs = select(CARD.c.note.label("naming"), NEAR.c.note.label("named")).join(NEAR, NEAR.c.card_id == CARD.c.id)
        for row in connection.execute(pairs.where(CARD.c.note.in_(some))):
            found.setdefault(row.naming, set()).add(row.named)
        for row in connection.execute(pairs.where(NEAR.c.note.in_(some))):
            found.setdefault(row.named, set()).add(row.naming)
    return found


def count_due(connection: Connection, day: int) -> int:
    """Reviews that are due up to a day."""
    load = relation(connection, LOAD.name)
    return connection.execute(select(func.sum(load.c.cards)).where(load.c.day <= day)).scalar_one() or 0


def count_waiting(connection: Connection, day: int, today: Today) -> int:
    """Due reviews that wait until tomorrow, since their note was answered or is near to one that was."""
    if not today.notes:
        return 0
    query = _due(day).where(CARD.c.note.in_(list(today.notes)))
    return sum(row.subject not in today.cards for row in connection.execute(query))


def due(connection: Connection, day: int) -> Iterator[Waiting]:
    """Reviews that are due, the longest due first, within a day in a fixed random order."""
    query = _due(day).order_by(MEMORY.c.due_day, MEMORY.c.mix, MEMORY.c.subject)
    for row in connection.execute(query):
        yield Waiting(row.subject, row.note)


def fresh(connection: Connection, days: Collection[str]) -> Iterator[Waiting]:
    """New cards of some days, in the order of tracks, days and decks."""
    if not days:
        return
    new = literal_column("card.fresh = 1") if connection.dialect.name == "sqlite" else ~started()
    query = select(CARD.c.id, CARD.c.note, CARD.c.day).where(new, CARD.c.day.in_(list(days))).order_by(CARD.c.sort)
    for row in connection.execute(query):
        yield Waiting(row.id, row.note, row.day)


def next_due(connection: Connection, after: int) -> tuple[int, int] | None:
    """The first day after `after` with cards due, and how many."""
    load = relation(connection, LOAD.name)
    query = select(load.c.day, load.c.cards).where(load.c.day > after).order_by(load.c.day).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.day, row.cards)


def _due(day: int) -> Select[tuple[str, str]]:
    query = select(MEMORY.c.subject, CARD.c.note).join(CARD, CARD.c.id == MEMORY.c.subject)
    return query.where(_REVIEWED, MEMORY.c.due_day <= day)
