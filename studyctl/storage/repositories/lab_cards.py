"""Cards that were made from figures of labs."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from studyctl.domain.measured_cards import LabCard
from studyctl.storage.tables import LabCardRow, table_of
from studyctl.storage.unit_of_work import Transaction


def find_lab_cards(connection: Connection, ids: Iterable[str]) -> dict[str, LabCard]:
    """Cards by id; those that were not made from a figure are left out."""
    table = table_of(LabCardRow)
    query = select(table).where(table.c.card_id.in_(list(ids)))
    return {row["card_id"]: LabCard(**row) for row in connection.execute(query).mappings()}


def save_lab_card(transaction: Transaction, card: LabCard) -> None:
    """Store a card, in place of what was known of it."""
    transaction.put(LabCardRow, vars(card))
