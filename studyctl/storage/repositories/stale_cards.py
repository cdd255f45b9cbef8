"""Which cards quote a figure that a later run of their lab has left."""

from __future__ import annotations

from sqlalchemy import Connection, select

from studyctl.storage.tables import LabCardRow, table_of

_LAB_CARD = table_of(LabCardRow)


def stale_record(connection: Connection, card_id: str) -> str | None:
    """Id of the record that measured another value; None where the card is up to date or no lab's."""
    query = select(_LAB_CARD.c.stale).where(_LAB_CARD.c.card_id == card_id)
    record: str | None = connection.execute(query).scalar_one_or_none()
    return record
