"""Moves due dates to what the settings of today say; what is remembered of a card stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase
from studyctl.domain.deadline_choice import retention_on
from studyctl.domain.new_dates import new_due_day
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.services.deadline_queue import model_of
from studyctl.services.fit import Load, load_of
from studyctl.storage.repositories.memory import Subject, all_memory, save_memory
from studyctl.storage.repositories.review_log import log_many


@dataclass(frozen=True)
class Rescheduling:
    """Dates by `retention`, and what that does to the next days."""

    retention: float
    load: Load


class RescheduleService:
    """One act, with a look before it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def look(self) -> Rescheduling:
        """What would change; nothing is written."""
        settings = self._context.settings()
        today = self._context.moment(settings).day
        with self._context.database.read() as connection:
            cards = all_memory(connection, Subject.CARD)
        return Rescheduling(_retention(settings, today), load_of(cards, _moved(cards, settings, today), today))

    def reschedule(self) -> Outcome[Rescheduling]:
        """Give every card in review the date that the retention of today leads to; the fuzz is that of its last answer.

        Raises:
            ConflictError: every date is right already.
        """
        settings = self._context.settings()
        moment = self._context.moment(settings)
        with self._context.database.write("review", "reschedule cards") as transaction:
            cards = all_memory(transaction.connection, Subject.CARD)
            moved = _moved(cards, settings, moment.day)
            if not moved:
                raise ConflictError("Every card has its date already.", "`studyctl review due` lists what is due.")
            for card, memory in moved.items():
                save_memory(transaction, Subject.CARD, card, memory)
            lines = (act_line(CardAct.RESCHEDULE, card, cards[card], moment, moved[card]) for card in moved)
            log_many(transaction, lines)
        done = Rescheduling(_retention(settings, moment.day), load_of(cards, moved, moment.day))
        return Outcome(done, frozenset({Area.CARDS}))


def _retention(settings: Settings, today: int) -> float:
    return retention_on(settings.deadline, settings.desired_retention, today)


def _moved(cards: Mapping[str, Memory], settings: Settings, today: int) -> dict[str, Memory]:
    """Cards whose date changes, in the order of their ids."""
    model, retention = model_of(settings), _retention(settings, today)
    found = {}
    for card, memory in sorted(cards.items()):
        if memory.phase is not Phase.REVIEW or memory.stability is None or memory.last_day is None:
            continue
        interval = model.interval(memory.stability, retention)
        day = new_due_day(card, memory.reps, memory.last_day, interval, settings)
        if memory.due_day != day:
            found[card] = replace(memory, due_day=day)
    return found
