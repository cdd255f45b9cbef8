"""Hints of a lab: taken one after the other, each remembered with its cost."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.labs import Hint, Lab
from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import NotFoundError
from studyctl.services.context import Context
from studyctl.storage.repositories.hint_log import hints_taken, log_hint


@dataclass(frozen=True)
class HintsTaken:
    """What the learner has read so far. `left` hints remain; the next one costs `next_cost`."""

    slug: str
    hints: tuple[Hint, ...]
    left: int
    next_cost: int | None

    @property
    def cost(self) -> int:
        """What all of them cost together."""
        return sum(hint.cost for hint in self.hints)


class HintService:
    """Gives hints and remembers them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def taken(self, lab: Lab) -> HintsTaken:
        """The hints that were taken."""
        with self._context.database.read() as connection:
            return _taken(lab, hints_taken(connection, lab.slug))

    def take(self, lab: Lab) -> Outcome[HintsTaken]:
        """Take the next hint.

        Raises:
            NotFoundError: there is none, or none is left.
        """
        with self._context.database.write("labs", f"hint for {lab.slug}") as transaction:
            number = hints_taken(transaction.connection, lab.slug) + 1
            if number > len(lab.hints):
                raise NotFoundError(
                    f"Lab {lab.slug} has no further hint.",
                    f"`studyctl lab hint {lab.slug} --taken` shows those that you have read.",
                )
            log_hint(transaction, lab.slug, number, lab.hints[number - 1].cost, self._context.now_ms())
        return Outcome(_taken(lab, number), frozenset({Area.LABS}))


def _taken(lab: Lab, number: int) -> HintsTaken:
    number = min(number, len(lab.hints))
    later = lab.hints[number:]
    return HintsTaken(lab.slug, lab.hints[:number], len(later), later[0].cost if later else None)
