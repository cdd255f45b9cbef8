"""The append-only log of mock-interview attempts. Reads leave out what was taken back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from studyctl.domain.cards import Rating
from studyctl.domain.interview import AnswerMode, Attempt
from studyctl.storage.repositories.review_log import standing
from studyctl.storage.tables import InterviewLogRow, table_of
from studyctl.storage.unit_of_work import Transaction


def log_attempt(transaction: Transaction, attempt: Attempt) -> int:
    """Append one attempt; its own id is ignored."""
    values = asdict(attempt) | {
        "mode": attempt.mode.value,
        "ticked": json.dumps(attempt.ticked),
        "rating": int(attempt.rating),
        "undoes": None,
    }
    del values["id"]
    return transaction.append(InterviewLogRow, values)


def attempts(connection: Connection, question_id: str | None = None) -> list[Attempt]:
    """Attempts that stand, oldest first."""
    table = table_of(InterviewLogRow)
    query = standing(table)
    if question_id is not None:
        query = query.where(table.c.question_id == question_id)
    return [_attempt(row) for row in connection.execute(query).mappings()]


def _attempt(row: Any) -> Attempt:
    return Attempt(
        id=row["id"],
        question_id=row["question_id"],
        at=row["at"],
        day=row["day"],
        seconds=row["seconds"],
        mode=AnswerMode(row["mode"]),
        answer=row["answer"],
        confidence=row["confidence"],
        ticked=tuple(json.loads(row["ticked"])),
        score=row["score"],
        rating=Rating(row["rating"]),
    )
