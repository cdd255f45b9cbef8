"""Records of graded lab runs, append-only."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select

from studyctl.domain.labs import EvidenceLevel, LabRecord, Verdict
from studyctl.storage.tables import LabRecordRow, table_of
from studyctl.storage.unit_of_work import Transaction


def add_record(transaction: Transaction, record: LabRecord) -> None:
    """Append a record."""
    values = asdict(record) | {
        "verdict": record.verdict.value,
        "evidence": record.evidence.value,
        "document": json.dumps(record.document, sort_keys=True),
    }
    transaction.connection.execute(insert(table_of(LabRecordRow)).values(**values))


def records(connection: Connection, slug: str | None = None) -> list[LabRecord]:
    """Records, oldest first."""
    table = table_of(LabRecordRow)
    query = select(table).order_by(table.c.at, table.c.id)
    if slug is not None:
        query = query.where(table.c.slug == slug)
    return [_record(row) for row in connection.execute(query).mappings()]


def find_record(connection: Connection, record_id: str) -> LabRecord | None:
    """One record."""
    table = table_of(LabRecordRow)
    row = connection.execute(select(table).where(table.c.id == record_id)).mappings().one_or_none()
    return None if row is None else _record(row)


def verdicts(connection: Connection) -> dict[str, dict[Verdict, int]]:
    """How often each lab came out with each verdict, by slug."""
    table = table_of(LabRecordRow)
    counts: dict[str, dict[Verdict, int]] = {}
    query = select(table.c.slug, table.c.verdict, func.count()).group_by(table.c.slug, table.c.verdict)
    for slug, verdict, count in connection.execute(query):
        counts.setdefault(slug, {})[Verdict(verdict)] = count
    return counts


def _record(row: Any) -> LabRecord:
    return LabRecord(
        id=row["id"],
        slug=row["slug"],
        address=row["address"],
        verdict=Verdict(row["verdict"]),
        evidence=EvidenceLevel(row["evidence"]),
        at=row["at"],
        day=row["day"],
        seconds=row["seconds"],
        device=row["device"],
        profile=row["profile"],
        path=row["path"],
        solution_hash=row["solution_hash"],
        document=json.loads(row["document"]),
    )
