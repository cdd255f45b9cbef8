"""Scheduling state of cards and interview questions."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, text

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.scheduling import ALGORITHM
from studyctl.storage.tables import MemoryRow, table_of
from studyctl.storage.unit_of_work import Transaction

FRESH = Memory()
_MANY = 500  # subjects in one query


class Subject(StrEnum):
    """What is being remembered."""

    CARD = "card"
    QUESTION = "question"


def all_memory(connection: Connection, kind: Subject) -> dict[str, Memory]:
    """Scheduling state by card or question id; new subjects have no entry."""
    table = table_of(MemoryRow)
    which = text("kind = 'card'" if kind is Subject.CARD else "kind <> 'card'")  # as the partial indexes say it
    rows = connection.execute(select(table).where(which)).mappings()
    return {row["subject"]: memory_from(row) for row in rows}


def memory_of(connection: Connection, subject: str) -> Memory:
    """Scheduling state of one subject; a fresh one where it is new."""
    table = table_of(MemoryRow)
    row = connection.execute(select(table).where(table.c.subject == subject)).mappings().one_or_none()
    return Memory() if row is None else memory_from(row)


def memories_of(connection: Connection, subjects: Sequence[str]) -> dict[str, Memory]:
    """Scheduling state of these subjects, in their order; those that have none are left out."""
    table = table_of(MemoryRow)
    found = {}
    for start in range(0, len(subjects), _MANY):
        query = select(table).where(table.c.subject.in_(subjects[start : start + _MANY]))
        found.update({row["subject"]: memory_from(row) for row in connection.execute(query).mappings()})
    return {subject: found[subject] for subject in subjects if subject in found}


def save_memory(transaction: Transaction, kind: Subject, subject: str, memory: Memory) -> None:
    """Store the scheduling state of one subject; what is as good as new needs no row."""
    row = memory_row(kind, subject, memory)
    if row is None:
        transaction.remove(MemoryRow, subject)
    else:
        transaction.put(MemoryRow, row)


def save_many(transaction: Transaction, kind: Subject, memories: Mapping[str, Memory]) -> None:
    """Store the scheduling state of many subjects."""
    rows = {subject: memory_row(kind, subject, memory) for subject, memory in memories.items()}
    transaction.put_many(MemoryRow, (row for row in rows.values() if row is not None))
    for subject, row in rows.items():
        if row is None:
            transaction.remove(MemoryRow, subject)


def memory_row(kind: Subject, subject: str, memory: Memory) -> dict[str, Any] | None:
    """The row that holds a memory; None where it needs none."""
    if memory == FRESH:
        return None
    return {
        "subject": subject,
        "kind": kind.value,
        "algo": ALGORITHM,
        "phase": memory.phase.value,
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "step": memory.step,
        "due_day": memory.due_day,
        "due_at": memory.due_at,
        "last_day": memory.last_day,
        "reps": memory.reps,
        "lapses": memory.lapses,
        "suspended": int(memory.suspended),
        "leech": int(memory.leech),
        "mix": crc32(subject.encode()),
    }


def memory_from(row: Any) -> Memory:
    """The memory that a row holds."""
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
