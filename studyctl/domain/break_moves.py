"""Moves that free the days of a planned break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from studyctl.domain.breaks import Break
from studyctl.domain.day_rooms import level, rooms_for
from studyctl.domain.due_days import DueCard, DueDays, Move
from studyctl.domain.due_moves import spread

LEAD_DAYS = 7
MORE = 1.5
"""How many times the cards of a usual day a day before the break may have."""


@dataclass(frozen=True)
class Away:
    """Move what would be asked in a break: partly to the days before it, the rest after it.

    With o the overdueness, an early review on the day before loses 1 - o(day before) of what it should be worth, a
    late one on the day after comes o(day after) - 1 too late. Cards for which the first is not more than the second are
    advanced, those with the largest difference first: to up to `LEAD_DAYS` days before the break (never more than it
    lasts), evenly, up to `MORE` times the mean of these days, or of these and the break where that is higher. All
    others are spread evenly over as many days after the break as it lasts, those first that would lose most by waiting.
    """

    planned: Break

    def moves(self, due: DueDays) -> tuple[Move, ...]:
        """Cards with their new day."""
        first, last = self.planned.span
        due = replace(due, breaks=(*due.breaks, self.planned.span))
        inside = [card for card in due.cards if first <= due.asked_on(card) <= last]
        if not inside:
            return ()
        loads = due.loads()
        early = self._advanced(due, inside, loads)
        taken = {move.card.id for move in early}
        rest = [card for card in inside if card.id not in taken]
        after = due.usable(last + 1, self.planned.days)
        rooms = rooms_for(after, loads, level(after, loads, len(rest)))
        return due.changed([*early, *spread(due, rest, last, rooms, max(after))])

    def _advanced(self, due: DueDays, inside: list[DueCard], loads: Mapping[int, int]) -> list[Move]:
        first, last = self.planned.span
        days = self._before(due, first)
        gain = {card: due.overdueness(card, first - 1) + due.overdueness(card, last + 1) - 2 for card in inside}
        near = [card for card in inside if gain[card] >= 0 and due.earliest(card) < first]
        if not days or not near:
            return []
        there = sum(loads.get(day, 0) for day in days)
        usual = max(there / len(days), (there + len(inside)) / (len(days) + self.planned.days))
        rooms = rooms_for(days, loads, min(level(days, loads, len(near)), ceil(MORE * usual)))
        moves = []
        for card in sorted(near, key=lambda card: (-gain[card], card.id)):
            day = rooms.take(first - 1, due.earliest(card), first - 1)
            if day is not None:
                moves.append(Move(card, day))
        return moves

    def _before(self, due: DueDays, first: int) -> dict[int, float]:
        begin = max(due.today, first - min(LEAD_DAYS, self.planned.days))
        if begin >= first:
            return {}
        return {day: share for day, share in due.usable(begin, first - begin).items() if day < first}
