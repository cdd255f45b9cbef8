"""Derives again what follows from the logs: the memory of every card, and the sums."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from studyctl.domain.cards import Memory
from studyctl.domain.replay import replay
from studyctl.storage import aggregates
from studyctl.storage.repositories.memory import Subject, all_memory, memory_row
from studyctl.storage.repositories.review_log import card_acts
from studyctl.storage.tables import MemoryRow, table_of
from studyctl.storage.unit_of_work import write_row


@dataclass(frozen=True)
class Rebuilt:
    """A table with the number of its rows that are not what the logs say: missing, too many or wrong."""

    table: str
    differ: int


def compare(connection: Connection) -> list[Rebuilt]:
    """Derive everything and count what differs; nothing is written."""
    memory = len(_wrong_memory(connection))
    sums = [Rebuilt(each.table, max(each.missing, each.wrong)) for each in aggregates.compare(connection)]
    return [Rebuilt("memory", memory), *sums]


def repair(connection: Connection) -> list[Rebuilt]:
    """The same, and write what the logs say. Not an act of the user: it cannot be undone, as nothing is lost by it."""
    found = compare(connection)
    table = table_of(MemoryRow)
    for card, memory in _wrong_memory(connection).items():
        write_row(connection, table, card, memory_row(Subject.CARD, card, memory))
    aggregates.rebuild(connection)
    return found


def _wrong_memory(connection: Connection) -> dict[str, Memory]:
    """What the memory of cards should be, where it is something else; a fresh one needs no row."""
    wanted, kept = replay(card_acts(connection)), all_memory(connection, Subject.CARD)
    return {
        card: wanted.get(card, Memory())
        for card in wanted.keys() | kept.keys()
        if wanted.get(card, Memory()) != kept.get(card)
    }
