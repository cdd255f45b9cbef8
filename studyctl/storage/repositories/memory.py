"""Scheduling state of cards and interview questions."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.scheduling import ALGORITHM
from studyctl.storage.tables import MemoryRow, table_of
from studyctl.storage.unit_of_work import Transaction


class Subject(StrEnum):
    """What is being remembered."""

    CARD = "card"
    QUESTION = "question"


def all_memory(connection: Connection, kind: Subject) -> dict[str, Memory]:
    """Scheduling state by card or question id; new subjects have no entry."""
    table = table_of(MemoryRow)
    rows = connection.execute(select(table).where(table.c.kind == kind.value)).mappings()
    return {row["subject"]: _memory(row) for row in rows}


def memory_of(connection: Connection, subject: str) -> Memory:
    """Scheduling state of one subject; a fresh one where it is new."""
    table = table_of(MemoryRow)
    row = connection.execute(select(table).where(table.c.subject == subject)).mappings().one_or_none()
    return Memory() if row is None else _memory(row)


def save_memory(transaction: Transaction, kind: Subject, subject: str, memory: Memory) -> None:
    """Store the scheduling state of one subject."""
    values = asdict(memory) | {
        "subject": subject,
        "kind": kind.value,
        "algo": ALGORITHM,
        "phase": memory.phase.value,
        "suspended": int(memory.suspended),
        "leech": int(memory.leech),
    }
    transaction.put(MemoryRow, values)


def _memory(row: Any) -> Memory:
    return Memory(
        phase=Phase(row["phase"]),
        stability=row["stability"],
        difficulty=row["difficulty"],
        step=row["step"],
        due_day=row["due_day"],
        due_at=row["due_at"],
        last_day=row["last_day"],
        reps=row["reps"],
        lapses=row["lapses"],
        suspended=bool(row["suspended"]),
        leech=bool(row["leech"]),
    )
