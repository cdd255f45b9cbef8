"""Fewer triggers for an answer, and an index over the moments of acts that stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from studyctl.storage.migrations.merged_triggers import statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the index; replace triggers on SQLite."""
    where = sa.text("undone_at IS NULL")
    op.create_index("ix_journal_standing", "journal", ["at"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        for statement in statements():
            op.get_bind().exec_driver_sql(statement)
