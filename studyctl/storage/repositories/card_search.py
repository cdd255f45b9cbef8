"""Finds cards by a query: how many there are, and a page of them with their memory. Reads no text of other cards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select

from studyctl.domain.card_query import Query
from studyctl.domain.cards import Memory
from studyctl.storage.repositories.card_conditions import FOUND, LAB, MEMORY, Facts, condition_of
from studyctl.storage.repositories.card_measures import elapsed
from studyctl.storage.repositories.cards import CARD
from studyctl.storage.repositories.memory import memory_from

_MANY = 500


class CardSort(StrEnum):
    """Orders of found cards: what is due first, as in the decks, lowest recall, most lapses, hardest."""

    DUE = "due"
    DECK = "deck"
    RECALL = "r"
    LAPSES = "lapses"
    DIFFICULTY = "difficulty"


@dataclass(frozen=True)
class Found:
    """A card that was found; a fresh memory where it is new."""

    card: str
    note: str
    day: str
    memory: Memory


def count_found(connection: Connection, query: Query, facts: Facts) -> int:
    """How many cards there are."""
    _prepare(connection)
    counted = select(func.count()).select_from(FOUND).where(condition_of(query, facts))
    return int(connection.execute(counted).scalar_one())


def found_ids(connection: Connection, query: Query, facts: Facts) -> list[str]:
    """Ids of all of them, as in the decks."""
    _prepare(connection)
    found = select(CARD.c.id).select_from(FOUND).where(condition_of(query, facts)).order_by(CARD.c.sort, CARD.c.id)
    return list(connection.execute(found).scalars())


def find_page(
    connection: Connection, query: Query, facts: Facts, sort: CardSort, limit: int, offset: int = 0
) -> list[Found]:
    """Some of them in an order."""
    _prepare(connection)
    found = select(CARD.c.id, CARD.c.note, CARD.c.day, MEMORY).select_from(FOUND).where(condition_of(query, facts))
    found = _ordered(found, sort, facts).limit(limit).offset(offset)
    return [
        Found(row["id"], row["note"], row["day"], Memory() if row["subject"] is None else memory_from(row))
        for row in connection.execute(found).mappings()
    ]


def stale_cards(connection: Connection, cards: list[str]) -> dict[str, str]:
    """For each of these cards whose figure was measured anew and left its interval, the later record."""
    found: dict[str, str] = {}
    for start in range(0, len(cards), _MANY):
        some = LAB.c.card_id.in_(cards[start : start + _MANY])
        rows = connection.execute(select(LAB.c.card_id, LAB.c.stale).where(some, LAB.c.stale.is_not(None)))
        found.update({row.card_id: row.stale for row in rows})
    return found


def _ordered(found: Select[Any], sort: CardSort, facts: Facts) -> Select[Any]:
    match sort:
        case CardSort.DUE:
            aside = func.coalesce(MEMORY.c.suspended, 0)
            steps = (MEMORY.c.due_at.is_(None), MEMORY.c.due_at)
            found = found.order_by(aside, MEMORY.c.due_day.is_(None), MEMORY.c.due_day, *steps, MEMORY.c.mix)
        case CardSort.RECALL:
            found = found.order_by(MEMORY.c.stability.is_(None), (elapsed(facts.day) / MEMORY.c.stability).desc())
        case CardSort.LAPSES:
            found = found.order_by(func.coalesce(MEMORY.c.lapses, 0).desc())
        case CardSort.DIFFICULTY:
            found = found.order_by(MEMORY.c.difficulty.is_(None), MEMORY.c.difficulty.desc())
    return found.order_by(CARD.c.sort, CARD.c.id)


def _prepare(connection: Connection) -> None:
    """SQLite's own `lower` knows ASCII alone."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("casefold", 1, _casefold, deterministic=True)


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()
