"""Hints that were taken, append-only."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from studyctl.storage.tables import HintLogRow, table_of
from studyctl.storage.unit_of_work import Transaction


def log_hint(transaction: Transaction, slug: str, number: int, cost: int, at: int) -> None:
    """Append one hint; `number` counts from 1. A hint that was read cannot be unread, so undo leaves it."""
    transaction.connection.execute(insert(table_of(HintLogRow)).values(slug=slug, number=number, cost=cost, at=at))


def hints_taken(connection: Connection, slug: str) -> int:
    """How many hints of a lab were taken."""
    table = table_of(HintLogRow)
    query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.slug == slug)
    return int(connection.execute(query).scalar_one())
