"""What the journal says about activity."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from studyctl.storage.tables import JournalRow, LabRecordRow, table_of


def activity_times(connection: Connection) -> list[int]:
    """Moments (epoch milliseconds) of all acts that stand, oldest first."""
    table = table_of(JournalRow)
    query = select(table.c.at).where(table.c.undone_at.is_(None)).order_by(table.c.at)
    return [row.at for row in connection.execute(query)]


def last_activity(connection: Connection) -> int | None:
    """Moment of the newest act, undo or lab run; None in an unused database."""
    journal, labs = table_of(JournalRow), table_of(LabRecordRow)
    found = [
        connection.execute(select(func.max(column)).where(column.is_not(None))).scalar_one()
        for column in (journal.c.at, journal.c.undone_at, labs.c.at)
    ]
    return max((moment for moment in found if moment is not None), default=None)
