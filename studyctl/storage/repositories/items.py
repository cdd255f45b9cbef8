"""Ticks on items and closed days."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from studyctl.domain.ticks import EvidenceKind, Tick, TickStatus
from studyctl.storage.tables import DayRow, ItemRow, table_of
from studyctl.storage.unit_of_work import Transaction


def all_ticks(connection: Connection) -> dict[str, Tick]:
    """Every item that is not simply open, by item id."""
    rows = connection.execute(select(table_of(ItemRow))).mappings()
    return {row["item_id"]: _tick(row) for row in rows}


def save_tick(transaction: Transaction, tick: Tick, at: int) -> None:
    """Store a tick; a plain open one needs no row."""
    if tick.status is TickStatus.OPEN and tick.carried_to is None:
        transaction.remove(ItemRow, tick.item_id)
        return
    transaction.put(
        ItemRow,
        {
            "item_id": tick.item_id,
            "status": tick.status.value,
            "evidence": tick.evidence,
            "evidence_kind": tick.evidence_kind.value,
            "carried_to": tick.carried_to,
            "at": at,
        },
    )


def closed_days(connection: Connection) -> dict[str, int]:
    """Study-day ordinal on which each closed day was closed, by address."""
    table = table_of(DayRow)
    return {row.address: row.closed_on for row in connection.execute(select(table.c.address, table.c.closed_on))}


def close_day(transaction: Transaction, address: str, at: int, day: int) -> None:
    """Mark a day as closed."""
    transaction.put(DayRow, {"address": address, "closed_at": at, "closed_on": day})


def _tick(row: Any) -> Tick:
    return Tick(
        item_id=row["item_id"],
        status=TickStatus(row["status"]),
        evidence=row["evidence"],
        evidence_kind=EvidenceKind(row["evidence_kind"]),
        carried_to=row["carried_to"],
        at=row["at"],
    )
