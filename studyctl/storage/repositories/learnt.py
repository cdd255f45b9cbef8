"""Cards that were learnt, as deadline mode ranks them. Cards that no deck has any more are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from studyctl.domain.cards import CardAct
from studyctl.domain.deadline import Learnt
from studyctl.domain.forgetting import Trace
from studyctl.storage.aggregates import CARD, LOG, MEMORY

_SEEN = text(
    "memory.kind = 'card' AND memory.suspended = 0 "
    "AND memory.stability IS NOT NULL AND memory.difficulty IS NOT NULL AND memory.last_day IS NOT NULL"
)


class LearntCard(NamedTuple):
    """A card in review with its note and the study day on which it is due."""

    card: Learnt
    note: str
    due_day: int


def learnt(connection: Connection, steps: bool = False) -> Iterator[LearntCard]:
    """Cards in review that are not suspended, with `steps` those in learning steps too."""
    columns = (MEMORY.c.subject, MEMORY.c.stability, MEMORY.c.difficulty, MEMORY.c.last_day)
    query = select(*columns, MEMORY.c.due_day, CARD.c.note).join(CARD, CARD.c.id == MEMORY.c.subject)
    query = query.where(_SEEN) if steps else query.where(_SEEN, text("memory.phase = 'review'"))
    for card, stability, difficulty, last_day, due_day, note in connection.execute(query):
        yield LearntCard(Learnt(card, Trace(stability, difficulty), last_day), note, due_day or last_day)


def newest_line(connection: Connection) -> int:
    """Id of the newest line of the review log; 0 where there is none."""
    return connection.execute(select(func.max(LOG.c.id))).scalar_one() or 0


def changed_after(connection: Connection, line: int) -> bool:
    """True where a later line is more than an answer, or takes back one that is not later itself."""
    other = (LOG.c.act != CardAct.ANSWER.value) | (LOG.c.undoes <= line)
    return connection.execute(select(LOG.c.id).where(LOG.c.id > line, other).limit(1)).first() is not None
