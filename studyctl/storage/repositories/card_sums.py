"""How many cards of the decks stand where: by phase, and by what is left of them in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, select, text

from studyctl.domain.cards import Phase
from studyctl.domain.forgetting import Trace
from studyctl.domain.workload import Held
from studyctl.storage.aggregates import CARD, MEMORY

STABILITIES = (1, 3, 7, 14, 21, 45, 90, 180, 365)
"""Bounds in days between the groups of stability."""
DIFFICULTIES = (2, 3, 4, 5, 6, 7, 8, 9)
"""Bounds between the groups of difficulty, which is in [1, 10]."""
RECALLS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
"""Bounds between the groups of recall probability."""
MATURE_DAYS = 21
_OF_CARDS = text("memory.kind = 'card'")  # as the partial indexes say it
_REVIEWED = text("memory.kind = 'card' AND memory.suspended = 0 AND memory.phase = 'review'")


@dataclass(frozen=True)
class CardSums:
    """Cards of the decks: each is new, learning (or relearning), young or mature (a stability of 21 days and more).

    `suspended` and `leech` count among these. The other three count cards that were answered by stability, difficulty
    and recall probability today, each in one group more than `STABILITIES`, `DIFFICULTIES` and `RECALLS` have bounds.
    """

    total: int
    new: int
    learning: int
    young: int
    mature: int
    suspended: int
    leech: int
    stability: tuple[int, ...]
    difficulty: tuple[int, ...]
    recall: tuple[int, ...]


def card_sums(connection: Connection, today: int, spans: Sequence[float]) -> CardSums:
    """Count the cards. `spans` has, for each of `RECALLS`, the days in which a stability of one day falls to it.

    Recall is at least r where the days since the last answer are at most stability * span(r), so no database has to
    know powers.
    """
    elapsed = today - MEMORY.c.last_day
    places = (
        *(MEMORY.c.phase, MEMORY.c.suspended, MEMORY.c.leech),
        _group([MEMORY.c.stability < bound for bound in STABILITIES]).label("stable"),
        _group([MEMORY.c.difficulty < bound for bound in DIFFICULTIES]).label("difficult"),
        _group([elapsed > MEMORY.c.stability * span for span in spans]).label("recalled"),
        case((MEMORY.c.stability >= MATURE_DAYS, 1), else_=0).label("mature"),
    )
    placed = select(*places).join(CARD, CARD.c.id == MEMORY.c.subject).where(_OF_CARDS).subquery()
    query = select(*placed.c, func.count()).group_by(*placed.c)
    count, sizes = Counter[str](), (len(STABILITIES) + 1, len(DIFFICULTIES) + 1, len(spans) + 1)
    found = [[0] * size for size in sizes]
    for phase, suspended, leech, *groups, mature, cards in connection.execute(query):
        count["suspended"] += cards * suspended
        count["leech"] += cards * leech
        if phase == Phase.NEW.value:
            continue
        count["seen"] += cards
        if phase == Phase.REVIEW.value:
            count["mature" if mature else "young"] += cards
        for group, place in zip(found, groups, strict=True):
            group[place] += cards
    total = connection.execute(select(func.count()).select_from(CARD)).scalar_one()
    return CardSums(
        total=total,
        new=total - count["seen"],
        learning=count["seen"] - count["young"] - count["mature"],
        young=count["young"],
        mature=count["mature"],
        suspended=count["suspended"],
        leech=count["leech"],
        stability=tuple(found[0]),
        difficulty=tuple(found[1]),
        recall=tuple(found[2]),
    )


def held_cards(connection: Connection, today: int, most: int) -> tuple[list[Held], int]:
    """Cards in review that are not suspended, and how many there are; of more than `most` an even choice.

    The choice takes cards at equal distances in the order of their stability, so it has all kinds of them.
    """
    columns = (MEMORY.c.subject, MEMORY.c.stability, MEMORY.c.difficulty, MEMORY.c.last_day)
    query = select(*columns).join(CARD, CARD.c.id == MEMORY.c.subject).where(_REVIEWED, MEMORY.c.stability.is_not(None))
    rows = connection.execute(query.order_by(MEMORY.c.stability, MEMORY.c.subject)).all()
    chosen = rows if len(rows) <= most else [rows[int((n + 0.5) * len(rows) / most)] for n in range(most)]
    held = [Held(card, Trace(stable, difficult), max(0, today - last)) for card, stable, difficult, last in chosen]
    return held, len(rows)


def _group(conditions: list[Any]) -> Any:
    """The number of the first condition that holds; how many there are where none does."""
    return case(*((condition, n) for n, condition in enumerate(conditions)), else_=len(conditions))
