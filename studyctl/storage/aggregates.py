"""Sums over the logs: read from the tables that SQLite's triggers keep, computed by the same queries elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, FromClause, Select, and_, case, delete, exists, func, insert, select

from studyctl.domain.cards import CardAct, Phase
from studyctl.storage.derived_tables import CardRow, CardTopicRow, DueLoadRow, ReviewStatsRow, TopicStatsRow
from studyctl.storage.repositories.memory import Subject
from studyctl.storage.tables import MemoryRow, ReviewLogRow, table_of

AGES = (1, 7, 21, 90, 365)  # lower bounds in days of the former interval; below the first it was one of the same day
MEMORY, LOG, CARD, TOPIC = (table_of(row) for row in (MemoryRow, ReviewLogRow, CardRow, CardTopicRow))
STATS, TOPIC_STATS, LOAD = (table_of(row) for row in (ReviewStatsRow, TopicStatsRow, DueLoadRow))


def _standing() -> Any:
    taken = LOG.alias("taken")
    return and_(
        LOG.c.act == CardAct.ANSWER.value,
        LOG.c.undoes.is_(None),
        ~exists().where(taken.c.undoes == LOG.c.id),
    )


def _rated(rating: int) -> Any:
    return func.sum(case((LOG.c.rating == rating, 1), else_=0))


def _stats() -> Select[Any]:
    days = LOG.c.former_days
    age = case(*((days < bound, n) for n, bound in enumerate(AGES)), else_=len(AGES)).label("age")
    key = (LOG.c.day, LOG.c.hour, LOG.c.phase, age)
    counts = [_rated(rating).label(name) for rating, name in enumerate(("again", "hard", "good", "easy"), start=1)]
    return select(*key, *counts, func.sum(LOG.c.duration_ms).label("ms")).where(_standing()).group_by(*key)


def _topics() -> Select[Any]:
    passed = func.sum(case((LOG.c.rating > 1, 1), else_=0)).label("passed")
    answers = func.count().label("answers")
    joined = LOG.join(TOPIC, TOPIC.c.card_id == LOG.c.card_id)
    query = select(LOG.c.day, TOPIC.c.topic, answers, passed).select_from(joined)
    return query.where(_standing()).group_by(TOPIC.c.topic, LOG.c.day)


def _load() -> Select[Any]:
    counted = and_(
        MEMORY.c.kind == Subject.CARD.value,
        MEMORY.c.phase == Phase.REVIEW.value,
        MEMORY.c.suspended == 0,
        MEMORY.c.due_day.is_not(None),
        exists().where(CARD.c.id == MEMORY.c.subject),
    )
    query = select(MEMORY.c.due_day.label("day"), func.count().label("cards"))
    return query.where(counted).group_by(MEMORY.c.due_day)


SOURCES: dict[str, Callable[[], Select[Any]]] = {STATS.name: _stats, TOPIC_STATS.name: _topics, LOAD.name: _load}
_TABLES = {table.name: table for table in (STATS, TOPIC_STATS, LOAD)}


@dataclass(frozen=True)
class Difference:
    """Rows of a derived table that are not what the logs say: missing, or there and wrong."""

    table: str
    missing: int
    wrong: int


def relation(connection: Connection, name: str) -> FromClause:
    """One of the sums: its table where triggers keep it, else the query behind it."""
    return _TABLES[name] if connection.dialect.name == "sqlite" else SOURCES[name]().subquery(name)


def due_loads(connection: Connection, first: int, last: int) -> dict[int, int]:
    """Cards due on each study day of an inclusive range; days without any are left out."""
    load = relation(connection, LOAD.name)
    rows = connection.execute(select(load.c.day, load.c.cards).where(load.c.day.between(first, last)))
    return {row.day: row.cards for row in rows}


def compare(connection: Connection) -> list[Difference]:
    """How each table differs from what its query gives now; nothing elsewhere than on SQLite."""
    if connection.dialect.name != "sqlite":
        return []
    found = []
    for name, source in SOURCES.items():
        wanted = {tuple(row) for row in connection.execute(source())}
        kept = {tuple(row) for row in connection.execute(select(_TABLES[name]))}
        found.append(Difference(name, len(wanted - kept), len(kept - wanted)))
    stale = func.count().label("stale")
    wrong = connection.execute(select(stale).select_from(CARD).where(CARD.c.fresh != _is_fresh())).scalar_one()
    return [*found, Difference("card", 0, wrong)]


def rebuild(connection: Connection) -> None:
    """Write the tables anew."""
    if connection.dialect.name != "sqlite":
        return
    for name, source in SOURCES.items():
        table = _TABLES[name]
        connection.execute(delete(table))
        connection.execute(insert(table).from_select([column.name for column in table.columns], source()))
    connection.execute(CARD.update().values(fresh=_is_fresh()))


def _is_fresh() -> Any:
    return case((started(), 0), else_=1)


def started() -> Any:
    """True for a card that was answered, or put aside before that: it cannot come as a new one."""
    return exists().where(
        MEMORY.c.subject == CARD.c.id,
        MEMORY.c.kind == Subject.CARD.value,
        (MEMORY.c.phase != Phase.NEW.value) | (MEMORY.c.suspended == 1),
    )
