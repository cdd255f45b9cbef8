"""The review log as what a fit reads: for each card its answers, oldest first."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from studyctl.domain.cards import CardAct, Phase
from studyctl.domain.fitting import Answer
from studyctl.storage.repositories.review_log import standing
from studyctl.storage.tables import ReviewLogRow, table_of


def histories(connection: Connection) -> dict[str, list[Answer]]:
    """Answers that stand, by card.

    What came before a card was made new again is left out, as Anki does; so is a card whose answers do not begin with
    a first sight, since nobody knows what came before.
    """
    table = table_of(ReviewLogRow)
    columns = (table.c.card_id, table.c.day, table.c.rating, table.c.phase, table.c.act)
    query = standing(table).with_only_columns(*columns).where(table.c.act.in_([CardAct.ANSWER, CardAct.FORGET]))
    query = query.order_by(None).order_by(table.c.card_id, table.c.at, table.c.id)
    found = {}
    for card_id, group in groupby(connection.execute(query), key=itemgetter(0)):
        rows: list[Any] = []
        for row in group:
            if row.act == CardAct.FORGET:
                rows.clear()
            else:
                rows.append(row)
        if rows and rows[0].phase == Phase.NEW:
            found[card_id] = [Answer(row.day, row.rating) for row in rows]
    return found
