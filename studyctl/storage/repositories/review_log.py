"""The append-only review log. Reads leave out what was taken back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from studyctl.domain.cards import Phase, Rating, ReviewEntry
from studyctl.storage.tables import ReviewLogRow, table_of
from studyctl.storage.unit_of_work import Transaction


def log_review(transaction: Transaction, entry: ReviewEntry) -> int:
    """Append one answer; the entry's own id is ignored."""
    values = asdict(entry) | {"rating": int(entry.rating), "phase": entry.phase.value, "undoes": None}
    del values["id"]
    return transaction.append(ReviewLogRow, values)


def standing(table: Table) -> Select[Any]:
    """Lines of a log that were not undone, oldest first."""
    undone = select(table.c.undoes).where(table.c.undoes.is_not(None))
    return select(table).where(table.c.undoes.is_(None), table.c.id.not_in(undone)).order_by(table.c.id)


def reviews(connection: Connection, since_day: int | None = None) -> list[ReviewEntry]:
    """Answers that stand, oldest first."""
    table = table_of(ReviewLogRow)
    query = standing(table)
    if since_day is not None:
        query = query.where(table.c.day >= since_day)
    return [_entry(row) for row in connection.execute(query).mappings()]


def _entry(row: Any) -> ReviewEntry:
    return ReviewEntry(
        id=row["id"],
        card_id=row["card_id"],
        rating=Rating(row["rating"]),
        at=row["at"],
        day=row["day"],
        phase=Phase(row["phase"]),
        elapsed_days=row["elapsed_days"],
        stability=row["stability"],
        difficulty=row["difficulty"],
        interval_days=row["interval_days"],
        duration_ms=row["duration_ms"],
    )
