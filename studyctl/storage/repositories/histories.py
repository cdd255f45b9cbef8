"""The review log as what a fit reads: for each card its answers, oldest first."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from studyctl.domain.cards import CardAct, Phase
from studyctl.domain.fitting import Answer
from studyctl.storage.repositories.review_log import standing
from studyctl.storage.tables import ReviewLogRow, table_of


def histories(connection: Connection) -> dict[str, list[Answer]]:
    """Answers that stand, by card, since it was last forgotten; cards whose first sight is not in the log are out."""
    table = table_of(ReviewLogRow)
    columns = (table.c.card_id, table.c.day, table.c.rating, table.c.phase, table.c.act)
    query = (
        standing(table)
        .where(table.c.act.in_([CardAct.ANSWER.value, CardAct.FORGET.value]))
        .with_only_columns(*columns)
        .order_by(None)
        .order_by(table.c.card_id, table.c.at, table.c.id)
    )
    found = {}
    for card_id, group in groupby(connection.execute(query), key=itemgetter(0)):
        answers: list[tuple[int, int, str]] = []
        for _, day, rating, phase, act in group:
            if act == CardAct.ANSWER.value:
                answers.append((day, rating, phase))
            else:
                answers.clear()
        if answers and answers[0][2] == Phase.NEW.value:
            found[card_id] = [Answer(day, rating) for day, rating, _ in answers]
    return found
