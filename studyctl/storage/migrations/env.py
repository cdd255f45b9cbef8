"""Alembic's entry: runs on the connection that `studyctl.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

import studyctl.storage.derived_tables  # noqa: F401  # its import fills METADATA
from studyctl.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
