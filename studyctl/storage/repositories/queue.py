"""What can be asked now: learning steps, due reviews, new cards. Cards that no deck has any more are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select, text, union_all
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
    """What was done on a study day: answered cards, how many of them came as new ones, and cards that must wait.

    Those are siblings of an answered card and near ones, unless they were answered themselves. `line` is the newest
    line of the log that was looked at.
    """

    day: int
    line: int
    cards: frozenset[str] = frozenset()
    introduced: int = 0
    waiting: frozenset[str] = frozenset()


def steps(connection: Connection) -> list[Step]:
    """Cards in learning steps, the one due first at the front."""
    query = (
        select(MEMORY.c.subject, MEMORY.c.due_at, MEMORY.c.due_day)
        .join(CARD, CARD.c.id == MEMORY.c.subject)
        .where(_STEPPING)
        .order_by(MEMORY.c.due_at, MEMORY.c.subject)
    )
    return [Step(*row) for row in connection.execute(query)]


def done_on(connection: Connection, day: int, known: Today | None = None) -> Today:
    """What was answered on a day. `known` is what an earlier look found: then only later lines are read."""
    newest = connection.execute(select(func.max(LOG.c.id))).scalar_one() or 0
    if known is None or known.day != day or known.line > newest or _undone_after(connection, known.line):
        known = Today(day, 0)
    if known.line == newest:
        return known
    query = standing(LOG).where(LOG.c.day == day, LOG.c.act == CardAct.ANSWER.value, LOG.c.id > known.line)
    rows = connection.execute(query.with_only_columns(LOG.c.card_id, LOG.c.phase)).all()
    fresh = [card for card, _ in rows]
    cards = known.cards | frozenset(fresh)
    introduced = known.introduced + sum(phase == Phase.NEW.value for _, phase in rows)
    return Today(day, newest, cards, introduced, (known.waiting | frozenset(_related(connection, fresh))) - cards)


def _undone_after(connection: Connection, line: int) -> bool:
    query = select(LOG.c.id).where(LOG.c.id > line, LOG.c.undoes.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def _related(connection: Connection, cards: list[str]) -> Iterator[str]:
    """Cards of the same notes, of notes that these name as near, and cards that name theirs."""
    other = CARD.alias("other")
    for start in range(0, len(cards), _MANY):
        some = CARD.c.id.in_(cards[start : start + _MANY])
        siblings = select(other.c.id).join(CARD, CARD.c.note == other.c.note).where(some, other.c.id != CARD.c.id)
        named = select(other.c.id).join(NEAR, NEAR.c.note == other.c.note)
        named = named.join(CARD, CARD.c.id == NEAR.c.card_id).where(some)
        naming = select(NEAR.c.card_id).join(CARD, CARD.c.note == NEAR.c.note).where(some)
        yield from connection.execute(union_all(siblings, named, naming)).scalars()


def near_by_note(connection: Connection, notes: Collection[str]) -> dict[str, set[str]]:
    """For each of some notes the ones near to it: named by it, or naming it."""
    found: dict[str, set[str]] = {}
    wanted = list(notes)
    for start in range(0, len(wanted), _MANY):
        some = wanted[start : start + _MANY]
        pairs = select(CARD.c.note.label("naming"), NEAR.c.note.label("named")).join(NEAR, NEAR.c.card_id == CARD.c.id)
        both = union_all(pairs.where(CARD.c.note.in_(some)), pairs.where(NEAR.c.note.in_(some)))
        for naming, named in connection.execute(both):
            found.setdefault(naming, set()).add(named)
            found.setdefault(named, set()).add(naming)
    return found


def count_due(connection: Connection, day: int) -> int:
    """Reviews that are due up to a day."""
    load = relation(connection, LOAD.name)
    return connection.execute(select(func.sum(load.c.cards)).where(load.c.day <= day)).scalar_one() or 0


def count_waiting(connection: Connection, day: int, today: Today) -> int:
    """Due reviews that wait until tomorrow."""
    cards, found = list(today.waiting), 0
    for start in range(0, len(cards), _MANY):
        query = _due(day).where(MEMORY.c.subject.in_(cards[start : start + _MANY]))
        found += connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return found


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
