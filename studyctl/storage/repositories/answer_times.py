"""How long answers took. An answer counts as at most a minute, and one that carries no time as a usual one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, func, select

from studyctl.domain.answer_pace import LONGEST_MS, Timed
from studyctl.domain.cards import CardAct, Phase, Rating
from studyctl.storage.aggregates import LOG
from studyctl.storage.repositories.review_log import standing

RECENT = 2000
"""Newest answers out of which the user's pace is taken."""


def recent_times(connection: Connection, before: int) -> list[Timed]:
    """The newest answers with a time that were given before a study day, by phase and rating."""
    newest = (
        standing(LOG)
        .with_only_columns(LOG.c.phase, LOG.c.rating, _ms(0).label("ms"))
        .where(LOG.c.act == CardAct.ANSWER.value, LOG.c.day < before, LOG.c.duration_ms > 0)
        .order_by(None)
        .order_by(LOG.c.id.desc())
        .limit(RECENT)
        .subquery()
    )
    key = (newest.c.phase, newest.c.rating)
    query = select(*key, func.count(), func.sum(newest.c.ms)).group_by(*key)
    return [
        Timed(Phase(phase), Rating(rating), count, float(ms)) for phase, rating, count, ms in connection.execute(query)
    ]


def seconds_by_day(connection: Connection, first: int, last: int, usual_ms: float) -> dict[int, float]:
    """Seconds of the answers of each study day of an inclusive range; days without any are left out."""
    query = (
        standing(LOG)
        .with_only_columns(LOG.c.day, func.sum(_ms(usual_ms)))
        .where(LOG.c.act == CardAct.ANSWER.value, LOG.c.day.between(first, last))
        .order_by(None)
        .group_by(LOG.c.day)
    )
    return {day: float(ms) / 1000 for day, ms in connection.execute(query)}


def _ms(usual: float) -> Any:
    spent = LOG.c.duration_ms
    return case((spent <= 0, usual), (spent > LONGEST_MS, LONGEST_MS), else_=spent)
