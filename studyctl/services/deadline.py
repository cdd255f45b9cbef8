"""Deadline mode as the user has it: look at one, choose it, see where one stands, let it go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean

from studyctl.domain.deadline_choice import DeadlineChoice, Stage, chosen_deadline
from studyctl.domain.deadline_days import TAIL_DAYS
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError, UsageError
from studyctl.services.context import Context
from studyctl.services.deadline_forecast import (
    Collection,
    Outlook,
    best_build,
    collection,
    deadline_trials,
    fixed_trials,
    steps_of,
)
from studyctl.services.deadline_queue import budget_on
from studyctl.services.simulate import Progress
from studyctl.storage.repositories.answer_times import seconds_by_day
from studyctl.storage.repositories.learnt import learnt
from studyctl.storage.repositories.settings import load_settings, save_document

_CHANGED = frozenset({Area.SETTINGS, Area.CARDS})
NAME = "deadline"


@dataclass(frozen=True)
class Phases:
    """First days: of building, of the last pass, of the last week; and the date itself."""

    build: date
    last_pass: date
    last_week: date
    date: date


@dataclass(frozen=True)
class Unfitting:
    """New cards that will not have been seen at the date: the plan reaches their day later, the daily limit leaves no
    day, or the minutes do not last."""

    out_of_reach: int
    over_limit: int
    no_time: int


@dataclass(frozen=True)
class Preview:
    """What a deadline would come to. `fixed` is the desired retention without it; `simulated` of all cards."""

    chosen: DeadlineChoice
    days: int
    phases: Phases
    cards: int
    known: int
    simulated: int
    desired_retention: float
    fixed: Outlook
    deadline: Outlook
    unfitting: Unfitting


@dataclass(frozen=True)
class Standing:
    """Where one stands today. Minutes; recall is the mean over learnt cards: today, and at the date if nothing more is
    done. `forecast` is None once the date has come; it is about `cards`, of which `unseen` new ones will not fit."""

    chosen: DeadlineChoice
    stage: Stage
    days_left: int
    phases: Phases
    allowance: float
    spent: float
    learnt: int
    recall_now: float
    recall_untouched: float
    cards: int
    unseen: int
    forecast: Outlook | None


class DeadlineService:
    """One deadline at a time, stored among the settings."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def look(self, when: date, minutes: float, progress: Progress = lambda done, of: None) -> Preview:
        """What it would come to; nothing is stored. The same date again keeps its start, with other minutes.

        Raises:
            UsageError: the date is not ahead or too far, the minutes make no sense, or there are no cards.
        """
        context = self._context
        context.shelf.ensure()
        settings = context.settings()
        chosen = chosen_deadline(when, minutes, context.today(settings))
        former = settings.deadline
        if former is not None and former.date == when:
            chosen = replace(chosen, start=former.start)
        with context.database.read() as connection:
            cards = collection(connection, context, settings, chosen)
        if not cards.cards:
            raise UsageError("There are no cards to be ready with.", "Cards come with the days of the plan.")
        done = steps_of(progress, cards.runs * (1 + len(cards.build_retentions)))
        fixed = fixed_trials(cards, done)
        expected = cards.outlook(fixed).minutes * cards.days + sum(cards.past) / 60
        chosen, trials = best_build(cards, replace(chosen, total_minutes=round(expected / cards.pace, 1)), done)
        return self._preview(settings, cards, chosen, cards.outlook(fixed), cards.outlook(trials))

    def store(self, chosen: DeadlineChoice) -> Outcome[DeadlineChoice]:
        """Make this the deadline."""
        with self._context.database.write("settings", f"deadline {chosen.date}") as transaction:
            save_document(transaction, NAME, vars(chosen))
        return Outcome(chosen, _CHANGED)

    def clear(self) -> Outcome[DeadlineChoice]:
        """Let the deadline go; dates of cards stay as they are.

        Raises:
            ConflictError: there is none.
        """
        with self._context.database.write("settings", "clear deadline") as transaction:
            former = load_settings(transaction.connection).deadline
            if former is None:
                raise ConflictError("There is no deadline.", "`studyctl review deadline set DATE` sets one.")
            save_document(transaction, NAME, None)
        return Outcome(former, _CHANGED)

    def standing(self, progress: Progress = lambda done, of: None) -> Standing | None:
        """Where one stands; None without a deadline."""
        context = self._context
        context.shelf.ensure()
        settings = context.settings()
        chosen, today = settings.deadline, context.moment(settings).day
        if chosen is None:
            return None
        with context.database.read() as connection:
            cards = collection(connection, context, settings, chosen)
            seen = [each.card for each in learnt(connection, steps=True)]
            budget = budget_on(connection, chosen, today)
            spent = seconds_by_day(connection, today, today, budget.usual_ms).get(today, 0.0)
        forecast = None
        if cards.days and cards.cards:
            forecast = cards.outlook(deadline_trials(cards, chosen, steps_of(progress, cards.runs)))

        def recall(day: int) -> float:
            known = [cards.model.recall(card.trace.stability, max(0, day - card.last_day)) for card in seen]
            return fmean(known) if known else 0.0

        return Standing(
            chosen,
            chosen.stage(today),
            cards.days,
            phases_of(chosen),
            budget.allowance / 60,
            spent / 60,
            len(seen),
            recall(today),
            recall(max(today, chosen.date.toordinal())),
            cards.cards,
            cards.over_limit + (forecast.unseen if forecast else 0),
            forecast,
        )

    def _preview(
        self, settings: Settings, cards: Collection, chosen: DeadlineChoice, fixed: Outlook, deadline: Outlook
    ) -> Preview:
        return Preview(
            chosen,
            cards.days,
            phases_of(chosen),
            cards.cards,
            len(cards.known),
            cards.simulated,
            settings.desired_retention,
            fixed,
            deadline,
            Unfitting(cards.out_of_reach, cards.over_limit, deadline.unseen),
        )


def phases_of(chosen: DeadlineChoice) -> Phases:
    """The days on which each part begins."""
    rules = chosen.rules()
    week = max(chosen.date - timedelta(days=TAIL_DAYS), chosen.start, date.fromordinal(rules.pass_start))
    return Phases(chosen.start, date.fromordinal(rules.pass_start), week, chosen.date)
