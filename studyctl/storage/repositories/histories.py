"""The review log as what a fit reads: for each card its answers, oldest first."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from studyctl.domain.cards import Phase
from studyctl.domain.fitting import Answer
from studyctl.storage.repositories.review_log import standing
from studyctl.storage.tables import ReviewLogRow, table_of


def histories(connection: Connection) -> dict[str, list[Answer]]:
    """Answers that stand, by card. A card whose log does not begin with its first sight is left out."""
    table = table_of(ReviewLogRow)
    columns = (table.c.card_id, table.c.day, table.c.rating, table.c.phase)
    query = standing(table).with_only_columns(*columns).order_by(None).order_by(table.c.card_id, table.c.at, table.c.id)
    found = {}
    for card_id, group in groupby(connection.execute(query), key=itemgetter(0)):
        rows = list(group)
        if rows[0][3] == Phase.NEW.value:
            found[card_id] = [Answer(day, rating) for _, day, rating, _ in rows]
    return found
