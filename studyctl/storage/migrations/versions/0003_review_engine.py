"""The review engine: order of the queue, acts in the log, cards and sums as derived tables."""

from __future__ import annotations

import json
from binascii import crc32
from typing import Any

import sqlalchemy as sa
from alembic import op

from studyctl.domain.clock import LocalZone, from_millis
from studyctl.storage.migrations.review_triggers import statements

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns, indexes, derived tables and, on SQLite, their triggers; fill what was there before."""
    _columns()
    _indexes()
    _fill_memory()
    _fill_log()
    _derived()
    if op.get_bind().dialect.name == "sqlite":
        _fill_stats()
        for statement in statements():
            op.get_bind().exec_driver_sql(statement)


def _columns() -> None:
    op.add_column("memory", sa.Column("mix", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("review_log", sa.Column("act", sa.Text(), nullable=False, server_default="answer"))
    op.add_column("review_log", sa.Column("hour", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("review_log", sa.Column("former_days", sa.Integer(), nullable=False, server_default="0"))


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _indexes() -> None:
    op.drop_index("ix_memory_kind_due", "memory")
    op.drop_index("ix_review_log_undoes", "review_log")
    op.drop_index("ix_journal_undone_at", "journal")
    asked = "kind = 'card' AND suspended = 0"
    _partial("ix_memory_queue", "memory", ["due_day", "mix", "subject"], f"{asked} AND phase = 'review'")
    _partial("ix_memory_steps", "memory", ["due_at"], f"{asked} AND due_at IS NOT NULL")
    _partial("ix_memory_questions", "memory", ["subject"], "kind <> 'card'")
    _partial("ix_review_log_undoes", "review_log", ["undoes"], "undoes IS NOT NULL")
    _partial("ix_journal_undone_at", "journal", ["undone_at"], "undone_at IS NOT NULL")


def _fill_memory() -> None:
    """`mix` in the rows and in the images of them that undo compares with."""
    bind = op.get_bind()
    mixes = [{"key": subject, "mix": crc32(subject.encode())} for (subject,) in _rows("SELECT subject FROM memory")]
    if mixes:
        bind.execute(sa.text("UPDATE memory SET mix = :mix WHERE subject = :key"), mixes)
    images = []
    for key, changes in _rows("SELECT id, changes FROM journal WHERE changes LIKE '%memory%'"):
        told = json.loads(changes)
        for change in told:
            if change["table"] == "memory":
                for image in (change["before"], change["after"]):
                    if image is not None:
                        image["mix"] = crc32(image["subject"].encode())
        images.append({"key": key, "changes": json.dumps(told, sort_keys=True)})
    if images:
        bind.execute(sa.text("UPDATE journal SET changes = :changes WHERE id = :key"), images)


def _fill_log() -> None:
    """The hour from the moment, in this machine's zone; the former interval from the card's last standing answer."""
    undone = {key for (key,) in _rows("SELECT undoes FROM review_log WHERE undoes IS NOT NULL")}
    former: dict[str, int] = {}
    of_line: dict[int, tuple[int, int]] = {}
    lines = []
    for key, undoes, card, at, interval in _rows(
        "SELECT id, undoes, card_id, at, interval_days FROM review_log ORDER BY id"
    ):
        if undoes is None:
            of_line[key] = from_millis(at, LocalZone()).hour, former.get(card, 0)
            if key not in undone:
                former[card] = interval
        hour, days = of_line[undoes or key]
        lines.append({"key": key, "hour": hour, "days": days})
    if lines:
        op.get_bind().execute(sa.text("UPDATE review_log SET hour = :hour, former_days = :days WHERE id = :key"), lines)


def _rows(query: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(query)))


def _derived() -> None:
    op.create_table(
        "card",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "note", "day", "sort", "kind", "path")),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
    )
    _partial("ix_card_fresh", "card", ["sort", "day", "note", "id"], "fresh = 1")
    op.create_index("ix_card_note", "card", ["note"])
    op.create_index("ix_card_path", "card", ["path"])
    _keyed("card_topic", [("card_id", sa.Text()), ("topic", sa.Text())], [])
    _keyed("card_near", [("card_id", sa.Text()), ("note", sa.Text())], [])
    op.create_index("ix_card_near_note", "card_near", ["note"])
    op.create_table(
        "deck_file",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_deck_file")),
    )
    whole, text = sa.Integer(), sa.Text()
    counts = [(name, whole) for name in ("again", "hard", "good", "easy")]
    _keyed(
        "review_stats",
        [("day", whole), ("hour", whole), ("phase", text), ("age", whole)],
        [*counts, ("ms", sa.BigInteger())],
    )
    _keyed("topic_stats", [("day", whole), ("topic", text)], [("answers", whole), ("passed", whole)])
    op.create_table(
        "due_load",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_due_load")),
    )


def _fill_stats() -> None:
    op.execute(
        sa.text(
            "INSERT INTO review_stats SELECT day, hour, phase, CASE WHEN former_days < 1 THEN 0 WHEN former_days < 7 "
            "THEN 1 WHEN former_days < 21 THEN 2 WHEN former_days < 90 THEN 3 WHEN former_days < 365 THEN 4 "
            "ELSE 5 END, "
            "sum(CASE WHEN rating = 1 THEN 1 ELSE 0 END), sum(CASE WHEN rating = 2 THEN 1 ELSE 0 END), "
            "sum(CASE WHEN rating = 3 THEN 1 ELSE 0 END), sum(CASE WHEN rating = 4 THEN 1 ELSE 0 END), "
            "sum(duration_ms) FROM review_log AS line WHERE undoes IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM review_log AS taken WHERE taken.undoes = line.id) GROUP BY 1, 2, 3, 4"
        )
    )


def _keyed(name: str, key: list[tuple[str, Any]], values: list[tuple[str, Any]]) -> None:
    """A table with a key of several columns, on SQLite stored in the order of the key."""
    op.create_table(
        name,
        *(sa.Column(column, kind, nullable=False) for column, kind in [*key, *values]),
        sa.PrimaryKeyConstraint(*(column for column, _ in key), name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
