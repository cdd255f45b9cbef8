"""What the journal says about activity."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select, text

from studyctl.storage.tables import JournalRow, LabRecordRow, table_of

QUARTER_MS = 900_000
_QUARTERS = text(f"""WITH RECURSIVE quarter (at) AS (
    SELECT max(at) FROM journal WHERE undone_at IS NULL
    UNION ALL
    SELECT (SELECT max(at) FROM journal WHERE undone_at IS NULL AND at < quarter.at - quarter.at % {QUARTER_MS})
    FROM quarter WHERE quarter.at IS NOT NULL
) SELECT at FROM quarter WHERE at IS NOT NULL""")


def active_moments(connection: Connection) -> Iterator[int]:
    """Moments (epoch milliseconds) of acts that stand, the newest of each quarter of an hour, newest first.

    Study days of all zones begin with a quarter, so that these moments fall on the days that all acts fall on. Each
    costs a step in an index, and only those that are asked for are read.
    """
    with connection.execute(_QUARTERS) as rows:
        for row in rows:
            yield row.at


def last_activity(connection: Connection) -> int | None:
    """Moment of the newest act, undo or lab run; None in an unused database."""
    journal, labs = table_of(JournalRow), table_of(LabRecordRow)
    found = [
        connection.execute(select(func.max(column)).where(column.is_not(None))).scalar_one()
        for column in (journal.c.at, journal.c.undone_at, labs.c.at)
    ]
    return max((moment for moment in found if moment is not None), default=None)
