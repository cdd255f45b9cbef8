"""Cards in review with their due days, as planning their days reads them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from studyctl.domain.cards import Phase
from studyctl.domain.due_days import DueCard
from studyctl.storage.aggregates import CARD, MEMORY
from studyctl.storage.repositories.memory import Subject


def due_cards(connection: Connection) -> tuple[DueCard, ...]:
    """Cards of the decks that wait for their day; suspended ones and those in learning steps are left out."""
    columns = (MEMORY.c.stability, MEMORY.c.last_day, MEMORY.c.due_day)
    query = select(MEMORY.c.subject, *columns).join(CARD, CARD.c.id == MEMORY.c.subject)
    query = query.where(
        MEMORY.c.kind == Subject.CARD.value,
        MEMORY.c.phase == Phase.REVIEW.value,
        MEMORY.c.suspended == 0,
        *(column.is_not(None) for column in columns),
    )
    return tuple(DueCard(*row) for row in connection.execute(query))
