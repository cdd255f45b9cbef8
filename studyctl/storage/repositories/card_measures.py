"""Comparisons of what is known of a card: recall, stability, difficulty, counts, dates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, not_

from studyctl.domain.cards import Phase
from studyctl.domain.query_terms import Compare, Property
from studyctl.storage.tables import MemoryRow, table_of

MEMORY = table_of(MemoryRow)
Wait = Callable[[float], float]


def compared(term: Compare, day: int, wait: Wait) -> ColumnElement[bool]:
    """The condition of a `prop:` term over `FOUND`.

    `day` is today's ordinal; `wait(r)` tells after how many stabilities recall has fallen to r.
    """
    match term.property:
        case Property.RECALL:
            return _recall(term, day, wait)
        case Property.STABILITY:
            return _against(MEMORY.c.stability, term)
        case Property.DIFFICULTY:
            return _against(MEMORY.c.difficulty, term)
        case Property.REPS:
            return _against(func.coalesce(MEMORY.c.reps, 0), term)
        case Property.LAPSES:
            return _against(func.coalesce(MEMORY.c.lapses, 0), term)
        case Property.INTERVAL:
            waits = MEMORY.c.due_day - MEMORY.c.last_day
            kept = and_(MEMORY.c.phase == Phase.REVIEW.value, waits > 0)
            return _against(case((kept, waits), else_=0), term)
        case Property.DUE:
            return _against(MEMORY.c.due_day - day, term)


def _against(column: ColumnElement[Any], term: Compare) -> ColumnElement[bool]:
    match term.sign:
        case "<":
            return column < term.value
        case "<=":
            return column <= term.value
        case ">":
            return column > term.value
        case ">=":
            return column >= term.value
    if not term.within:
        equal = column == term.value
    else:
        equal = and_(column >= term.value - term.within, column < term.value + term.within)
    return equal if term.sign == "=" else not_(equal)


def _recall(term: Compare, day: int, wait: Wait) -> ColumnElement[bool]:
    """R falls as elapsed / stability rises, so a bound on R is one on that ratio: no power is needed in SQL."""

    def below(recall: float, *, equal: bool = False) -> ColumnElement[bool]:
        if recall > 1:
            return MEMORY.c.stability.is_not(None)
        ratio = wait(recall) if recall > 0 else math.inf
        if math.isinf(ratio):
            return false()
        bound = ratio * MEMORY.c.stability
        return elapsed(day) >= bound if equal else elapsed(day) > bound

    known = MEMORY.c.stability.is_not(None)
    match term.sign:
        case "<" | "<=":
            return and_(known, below(term.value, equal=term.sign == "<="))
        case ">" | ">=":
            return and_(known, not_(below(term.value, equal=term.sign == ">")))
    equal = and_(below(term.value + term.within), not_(below(term.value - term.within)))
    return and_(known, equal if term.sign == "=" else not_(equal))


def elapsed(day: int) -> ColumnElement[int]:
    """Days since the last answer."""
    return case((MEMORY.c.last_day > day, 0), else_=day - MEMORY.c.last_day)
