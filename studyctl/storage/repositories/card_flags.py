"""Flags on cards: which ones the user called bad, and why."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from studyctl.storage.tables import CardFlagRow, table_of
from studyctl.storage.unit_of_work import Transaction

FLAG = table_of(CardFlagRow)
_MANY = 500


def flags_of(connection: Connection, cards: Iterable[str]) -> dict[str, str]:
    """Note by card id; cards without a flag are left out."""
    wanted, found = list(cards), {}
    for start in range(0, len(wanted), _MANY):
        query = select(FLAG.c.card_id, FLAG.c.note).where(FLAG.c.card_id.in_(wanted[start : start + _MANY]))
        found.update({row.card_id: row.note for row in connection.execute(query)})
    return found


def save_flag(transaction: Transaction, card: str, note: str, at: int) -> None:
    """Flag a card, or give its flag another note; `at` is epoch milliseconds."""
    transaction.put(CardFlagRow, {"card_id": card, "note": note, "at": at})


def remove_flag(transaction: Transaction, card: str) -> None:
    """Take the flag off a card."""
    transaction.remove(CardFlagRow, card)
