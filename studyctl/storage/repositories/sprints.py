"""Sprints and the thoughts captured during them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, select

from studyctl.domain.sprint import Sprint, SprintState, Thought, ThoughtState
from studyctl.storage.tables import SprintRow, ThoughtRow, table_of
from studyctl.storage.unit_of_work import Transaction


def open_sprint(connection: Connection) -> Sprint | None:
    """The sprint for which neither stop nor go on was chosen yet."""
    table = table_of(SprintRow)
    query = select(table).where(table.c.closed.is_(None)).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _sprint(connection, row)


def sprints_since(connection: Connection, millis: int) -> list[Sprint]:
    """Sprints started at or after a moment, oldest first."""
    table = table_of(SprintRow)
    rows = connection.execute(select(table).where(table.c.started_at >= millis).order_by(table.c.id)).mappings().all()
    return [_sprint(connection, row) for row in rows]


def add_sprint(transaction: Transaction, target: str, item_id: str | None, started_at: int, ends_at: int) -> Sprint:
    """Start a sprint."""
    values = {
        "target": target,
        "item_id": item_id,
        "started_at": started_at,
        "ends_at": ends_at,
        "closed": None,
        "closed_at": None,
    }
    return Sprint(transaction.add(SprintRow, values), target, item_id, started_at, ends_at)


def save_sprint(transaction: Transaction, sprint: Sprint) -> None:
    """Store a changed sprint."""
    values = asdict(sprint)
    del values["interruptions"]
    values["closed"] = sprint.closed.value if sprint.closed else None
    transaction.put(SprintRow, values)


def add_thought(transaction: Transaction, text: str, at: int, sprint_id: int | None) -> Thought:
    """Capture a thought."""
    values = {
        "text": text,
        "captured_at": at,
        "sprint_id": sprint_id,
        "state": ThoughtState.OPEN.value,
        "triaged_at": None,
    }
    return Thought(transaction.add(ThoughtRow, values), text, at, sprint_id)


def thoughts(connection: Connection, state: ThoughtState | None = None, sprint_id: int | None = None) -> list[Thought]:
    """Captured thoughts, oldest first."""
    table = table_of(ThoughtRow)
    query = select(table).order_by(table.c.id)
    if state is not None:
        query = query.where(table.c.state == state.value)
    if sprint_id is not None:
        query = query.where(table.c.sprint_id == sprint_id)
    return [_thought(row) for row in connection.execute(query).mappings()]


def find_thought(connection: Connection, thought_id: int) -> Thought | None:
    """One thought."""
    table = table_of(ThoughtRow)
    row = connection.execute(select(table).where(table.c.id == thought_id)).mappings().one_or_none()
    return None if row is None else _thought(row)


def save_thought(transaction: Transaction, thought: Thought) -> None:
    """Store a changed thought."""
    transaction.put(ThoughtRow, asdict(thought) | {"state": thought.state.value})


def _sprint(connection: Connection, row: Any) -> Sprint:
    table = table_of(ThoughtRow)
    count = select(func.count()).select_from(table).where(table.c.sprint_id == row["id"])
    return Sprint(
        id=row["id"],
        target=row["target"],
        item_id=row["item_id"],
        started_at=row["started_at"],
        ends_at=row["ends_at"],
        closed=SprintState(row["closed"]) if row["closed"] else None,
        closed_at=row["closed_at"],
        interruptions=connection.execute(count).scalar_one(),
    )


def _thought(row: Any) -> Thought:
    return Thought(
        id=row["id"],
        text=row["text"],
        captured_at=row["captured_at"],
        sprint_id=row["sprint_id"],
        state=ThoughtState(row["state"]),
        triaged_at=row["triaged_at"],
    )
