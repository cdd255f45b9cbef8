"""The append-only review log. Reads leave out what was taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select

from studyctl.domain.cards import CardAct, Phase, Rating, ReviewEntry
from studyctl.storage.repositories.memory import memory_from
from studyctl.storage.tables import ReviewLogRow, table_of
from studyctl.storage.unit_of_work import Transaction

_MANY = 500
_encode = json.JSONEncoder(sort_keys=True).encode


def log_many(transaction: Transaction, entries: Iterable[ReviewEntry]) -> None:
    """Append acts on cards in this order; their own ids are ignored."""
    transaction.append_many(ReviewLogRow, (log_row(entry) for entry in entries))


def log_row(entry: ReviewEntry) -> dict[str, Any]:
    """The line of an act, without its id."""
    return {
        "undoes": None,
        "card_id": entry.card_id,
        "rating": 0 if entry.rating is None else int(entry.rating),
        "at": entry.at,
        "day": entry.day,
        "phase": entry.phase.value,
        "elapsed_days": entry.elapsed_days,
        "stability": entry.stability,
        "difficulty": entry.difficulty,
        "interval_days": entry.interval_days,
        "duration_ms": entry.duration_ms,
        "act": entry.act.value,
        "hour": entry.hour,
        "former_days": entry.former_days,
        "memory": None if entry.after is None else _encode(vars(entry.after)),
    }


def standing(table: Table) -> Select[Any]:
    """Lines of a log that were not undone, oldest first."""
    undone = select(table.c.undoes).where(table.c.undoes.is_not(None))
    return select(table).where(table.c.undoes.is_(None), table.c.id.not_in(undone)).order_by(table.c.id)


def newest_line(connection: Connection) -> int:
    """Id of the newest line; 0 where there is none."""
    return connection.execute(select(func.max(table_of(ReviewLogRow).c.id))).scalar_one() or 0


def reviews(connection: Connection, since_day: int | None = None) -> list[ReviewEntry]:
    """Answers that stand, oldest first."""
    table = table_of(ReviewLogRow)
    query = standing(table).where(table.c.act == CardAct.ANSWER.value)
    if since_day is not None:
        query = query.where(table.c.day >= since_day)
    return [entry_from(row) for row in connection.execute(query).mappings()]


def card_acts(connection: Connection) -> Iterator[ReviewEntry]:
    """All acts on cards that stand, answers and others, oldest first."""
    for row in connection.execute(standing(table_of(ReviewLogRow))).mappings():
        yield entry_from(row)


def acts_of(connection: Connection, card: str) -> list[ReviewEntry]:
    """The acts on one card that stand, oldest first."""
    return list(acts_on(connection, [card]))


def acts_on(connection: Connection, cards: Iterable[str]) -> Iterator[ReviewEntry]:
    """The acts on some cards that stand; those of one card oldest first."""
    table, wanted = table_of(ReviewLogRow), sorted(cards)
    for start in range(0, len(wanted), _MANY):
        query = standing(table).where(table.c.card_id.in_(wanted[start : start + _MANY]))
        for row in connection.execute(query).mappings():
            yield entry_from(row)


def entry_from(row: Any) -> ReviewEntry:
    """The act that a line records."""
    return ReviewEntry(
        id=row["id"],
        card_id=row["card_id"],
        rating=Rating(row["rating"]) if row["rating"] else None,
        at=row["at"],
        day=row["day"],
        phase=Phase(row["phase"]),
        elapsed_days=row["elapsed_days"],
        stability=row["stability"],
        difficulty=row["difficulty"],
        interval_days=row["interval_days"],
        duration_ms=row["duration_ms"],
        act=CardAct(row["act"]),
        hour=row["hour"],
        former_days=row["former_days"],
        after=None if row["memory"] is None else memory_from(json.loads(row["memory"])),
    )
