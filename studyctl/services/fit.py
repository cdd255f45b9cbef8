"""Refits the scheduler's weights on the user's own log, and moves due dates to what the new weights say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase
from studyctl.domain.deadline_choice import retention_on
from studyctl.domain.fitting import Fit, Histories, fit, memories
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.new_dates import new_due_day
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.scheduling import ALGORITHM, STABILITY_MAX, STABILITY_MIN
from studyctl.domain.settings import Settings
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.services.context import Context
from studyctl.storage.repositories.histories import histories
from studyctl.storage.repositories.memory import Subject, all_memory, save_memory
from studyctl.storage.repositories.review_log import log_many
from studyctl.storage.repositories.weights import FittedWeights, PastFit, load_weights, save_weights

PREVIEW_DAYS = 30


@dataclass(frozen=True)
class Load:
    """Cards due on each of the next days; the first day has what is overdue as well."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    moved: int


@dataclass(frozen=True)
class Refit:
    """A fit with what came of it. `stored`: the weights stand now; `load` is what rescheduling does, None where it
    was neither asked for nor suggested; `rescheduled`: it was done."""

    fit: Fit
    algo: str
    stored: bool
    load: Load | None
    rescheduled: bool
    history: tuple[PastFit, ...]


class FitService:
    """One act: fit, judge, store, and reschedule where asked to."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def weights(self) -> tuple[float, ...]:
        """The weights that stand."""
        with self._context.database.read() as connection:
            return load_weights(connection).weights or DEFAULT_WEIGHTS

    def look(self) -> Refit:
        """Fit and judge without changing anything.

        Raises:
            ConflictError: too few reviews.
        """
        settings = self._context.settings()
        with self._context.database.read() as connection:
            log, fitted = histories(connection), load_weights(connection)
            found = fit(log, fitted.weights or DEFAULT_WEIGHTS)
            cards = all_memory(connection, Subject.CARD)
        today = self._context.moment(settings).day
        load = load_of(cards, _rescheduled(cards, log, found.new_weights, settings, today), today)
        return Refit(found, ALGORITHM, False, load if found.accepted else None, False, fitted.history)

    def refit(self, reschedule: bool = False) -> Outcome[Refit]:
        """Fit, and keep the new weights where they predict the held-out reviews better.

        With `reschedule` every card in review gets the due date of the weights that stand afterwards.

        Raises:
            ConflictError: too few reviews.
        """
        settings = self._context.settings()
        summary = "fit weights and reschedule" if reschedule else "fit weights"
        with self._context.database.write("settings", summary) as transaction:
            log, fitted = histories(transaction.connection), load_weights(transaction.connection)
            found = fit(log, fitted.weights or DEFAULT_WEIGHTS)
            if found.accepted:
                fitted = FittedWeights(found.new_weights, ALGORITHM, (*fitted.history, self._past(found, settings)))
                save_weights(transaction, fitted)
            load = None
            if found.accepted or reschedule:
                cards = all_memory(transaction.connection, Subject.CARD)
                moment = self._context.moment(settings)
                moved = _rescheduled(cards, log, fitted.weights or DEFAULT_WEIGHTS, settings, moment.day)
                load = load_of(cards, moved, moment.day)
                if reschedule:
                    changed = [card_id for card_id in sorted(moved) if moved[card_id] != cards[card_id]]
                    for card_id in changed:
                        save_memory(transaction, Subject.CARD, card_id, moved[card_id])
                    log_many(
                        transaction,
                        (act_line(CardAct.RESCHEDULE, card, cards[card], moment, moved[card]) for card in changed),
                    )
        done = Refit(found, ALGORITHM, found.accepted, load, reschedule, fitted.history)
        return Outcome(done, frozenset({Area.SETTINGS, Area.CARDS}))

    def keep(self, seen: Refit) -> Outcome[Refit]:
        """Keep the weights that an earlier look accepted, unless others were stored in between. One act."""
        if not seen.fit.accepted:
            return Outcome(seen)
        settings = self._context.settings()
        with self._context.database.write("settings", "fit weights") as transaction:
            fitted = load_weights(transaction.connection)
            if (fitted.weights or DEFAULT_WEIGHTS) != seen.fit.old_weights:
                return Outcome(seen)
            history = (*fitted.history, self._past(seen.fit, settings))
            save_weights(transaction, FittedWeights(seen.fit.new_weights, ALGORITHM, history))
        return Outcome(replace(seen, stored=True, history=history), frozenset({Area.SETTINGS, Area.CARDS}))

    def _past(self, found: Fit, settings: Settings) -> PastFit:
        return PastFit(
            date=self._context.today(settings).isoformat(),
            algo=ALGORITHM,
            reviews=found.reviews,
            cards=found.cards,
            trained=found.trained,
            held_out=found.held_out,
            old_log_loss=found.old.log_loss,
            new_log_loss=found.new.log_loss,
            old_rmse=found.old.rmse,
            new_rmse=found.new.rmse,
            old_weights=found.old_weights,
        )


def load_of(cards: Mapping[str, Memory], moved: Mapping[str, Memory], today: int) -> Load:
    """What it does to the days from `today` on when the memory of some cards becomes that of `moved`."""
    changed = sum(memory.due_day != cards[card_id].due_day for card_id, memory in moved.items())
    return Load(_due(cards, today), _due({**cards, **moved}, today), changed)


def _due(cards: Mapping[str, Memory], today: int) -> tuple[int, ...]:
    counts = [0] * PREVIEW_DAYS
    for memory in cards.values():
        if memory.phase is Phase.REVIEW and memory.due_day is not None and not memory.suspended:
            day = max(0, memory.due_day - today)
            if day < PREVIEW_DAYS:
                counts[day] += 1
    return tuple(counts)


def _rescheduled(
    cards: Mapping[str, Memory], log: Histories, weights: tuple[float, ...], settings: Settings, today: int
) -> dict[str, Memory]:
    """Cards in review with memory and due date by `weights`; the fuzz is that of their last answer."""
    model = Forgetting(weights)
    retention = retention_on(settings.deadline, settings.desired_retention, today)
    known = [card_id for card_id, memory in cards.items() if memory.phase is Phase.REVIEW and card_id in log]
    moved = {}
    for card_id, (stability, difficulty) in zip(known, memories((log[each] for each in known), weights), strict=True):
        memory = cards[card_id]
        stability = min(STABILITY_MAX, max(STABILITY_MIN, stability))
        interval = model.interval(stability, retention)
        last_day = log[card_id][-1].day if memory.last_day is None else memory.last_day
        day = new_due_day(card_id, memory.reps, last_day, interval, settings)
        moved[card_id] = replace(memory, stability=stability, difficulty=difficulty, due_day=day)
    return moved
