"""Moves that free the days of a planned break."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from statistics import fmean

from studyctl.domain.breaks import Break
from studyctl.domain.day_rooms import Rooms, level, rooms_for
from studyctl.domain.due_days import DueCard, DueDays, Move
from studyctl.domain.due_moves import spread

LEAD_DAYS = 7


@dataclass(frozen=True)
class Away:
    """Move what would be asked in a break: partly to the days before it, the rest after it.

    There are up to `LEAD_DAYS` days before the break (never more than it lasts) and as many after it as it lasts. The
    days before are filled up to the limit at which all of them would be equally full, or to their own mean where that
    is higher. Cards are advanced in the order of o(day before) + o(day after), o being overdueness: those come first
    for which 1 - o(day before), what an early review loses, is small against o(day after) - 1, the delay. The others
    go to the days after the break, evenly, those that would lose most by waiting longer first.
    """

    planned: Break

    def moves(self, due: DueDays) -> tuple[Move, ...]:
        """Cards with their new day."""
        first, last = self.planned.span
        due = replace(due, breaks=(*due.breaks, self.planned.span))
        inside = [card for card in due.cards if first <= due.asked_on(card) <= last]
        if not inside:
            return ()
        before = self._before(due, first)
        after = due.usable(last + 1, self.planned.days)
        loads = due.loads()
        limit = level(before | after, loads, len(inside))
        usual = ceil(fmean(loads[day] for day in before)) if before else 0
        early = _advanced(due, inside, rooms_for(before, loads, max(limit, usual)), (first, last))
        taken = {move.card.id for move in early}
        rest = [card for card in inside if card.id not in taken]
        rooms = rooms_for(after, loads, level(after, loads, len(rest)))
        late = spread(due, rest, last, rooms, max(after))
        return due.changed([*early, *late])

    def _before(self, due: DueDays, first: int) -> dict[int, float]:
        begin = max(due.today, first - min(LEAD_DAYS, self.planned.days))
        if begin >= first:
            return {}
        return {day: share for day, share in due.usable(begin, first - begin).items() if day < first}


def _advanced(due: DueDays, cards: list[DueCard], rooms: Rooms, span: tuple[int, int]) -> list[Move]:
    first, last = span
    near = [card for card in cards if due.earliest(card) < first]
    near.sort(key=lambda card: (-due.overdueness(card, first - 1) - due.overdueness(card, last + 1), card.id))
    moves = []
    for card in near:
        day = rooms.take(first - 1, due.earliest(card), first - 1)
        if day is not None:
            moves.append(Move(card, day))
    return moves
