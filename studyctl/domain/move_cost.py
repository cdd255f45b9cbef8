"""What moving cards to other days costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from studyctl.domain.due_days import DueDays, Move

WEEKS = 4


@dataclass(frozen=True)
class MoveCost:
    """Moves against leaving the cards where they are.

    `mean_days` is the mean size of a change, `worst_days` the largest one with its sign (negative: earlier). Recall is
    the mean over the moved cards, on the day on which each would be asked (what is overdue: today) and on its new one;
    `extra_forgotten` is the sum of the differences, so many more cards are expected to be forgotten (negative: fewer).
    `before` and `after` count cards by day from today on, at least four weeks; the first has what is overdue.
    """

    moved: int
    earlier: int
    later: int
    mean_days: float
    worst_days: int
    recall_planned: float
    recall_new: float
    extra_forgotten: float
    before: tuple[int, ...]
    after: tuple[int, ...]


def move_cost(due: DueDays, moves: Sequence[Move]) -> MoveCost:
    """The cost of these moves; recall of none is 1."""
    shifts = [move.day - due.asked_on(move.card) for move in moves]
    planned = [due.recall_on(move.card, due.asked_on(move.card)) for move in moves]
    new = [due.recall_on(move.card, move.day) for move in moves]
    loads = due.loads()
    moved = Counter(loads)
    for move in moves:
        moved[due.asked_on(move.card)] -= 1
        moved[move.day] += 1
    days = max(7 * WEEKS, *(move.day - due.today + 1 for move in moves), 0)
    return MoveCost(
        moved=len(moves),
        earlier=sum(shift < 0 for shift in shifts),
        later=sum(shift > 0 for shift in shifts),
        mean_days=fmean(abs(shift) for shift in shifts) if shifts else 0.0,
        worst_days=max(shifts, key=lambda shift: (abs(shift), shift), default=0),
        recall_planned=fmean(planned) if planned else 1.0,
        recall_new=fmean(new) if new else 1.0,
        extra_forgotten=sum(planned) - sum(new),
        before=tuple(loads[due.today + n] for n in range(days)),
        after=tuple(moved[due.today + n] for n in range(days)),
    )


def forgotten_by_waiting(due: DueDays, moves: Sequence[Move], day: int) -> float:
    """Cards forgotten more than planned if all of these were asked on `day` instead of being moved."""
    return sum(due.recall_on(move.card, due.asked_on(move.card)) - due.recall_on(move.card, day) for move in moves)
