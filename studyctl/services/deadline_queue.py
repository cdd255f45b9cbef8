"""Deadline mode in the day's queue: what the last pass asks, and how many new cards the minutes leave room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from studyctl.domain.answer_pace import pace
from studyctl.domain.deadline import Choice, chosen, first_sight, ranking
from studyctl.domain.deadline_choice import DeadlineChoice, Stage
from studyctl.domain.forgetting import STEP_SECONDS, Forgetting, pass_seconds
from studyctl.domain.scheduling import Moment
from studyctl.domain.settings import Settings
from studyctl.services.context import Context
from studyctl.storage.repositories.answer_times import recent_times, seconds_by_day
from studyctl.storage.repositories.learnt import changed_after, learnt, newest_line
from studyctl.storage.repositories.queue import Today, Waiting
from studyctl.storage.unit_of_work import Connection


@dataclass(frozen=True)
class Budget:
    """The time of one study day in seconds: what it may take, and the user's pace as a multiple of the model's."""

    allowance: float
    pace: float
    usual_ms: float
    past: tuple[float, ...]

    def left(self, spent: float, steps: int) -> float:
        """Seconds of the model that are left when learning steps that wait are done."""
        return (self.allowance - spent) / self.pace - steps * STEP_SECONDS[1]


@dataclass(frozen=True)
class Share:
    """What deadline mode gives a day: `left` seconds of the model, and the ranking of the day, best first.

    Cards in `aside` were answered today or must wait for another one. `late` is the last week.
    """

    stage: Stage
    days_left: int
    left: float
    ranked: tuple[Choice, ...]
    notes: Mapping[str, str]
    aside: frozenset[str]
    first: Choice
    late: bool

    @property
    def countdown(self) -> int | None:
        """Days to the date, from the last pass on."""
        return None if self.stage is Stage.BUILD else self.days_left

    @property
    def new_first(self) -> bool:
        """True where new cards come before the ranking: until the last week, and in it while they gain more."""
        best = next(self._waiting(), None)
        return not self.late or best is None or self.first.rate >= best.rate

    def new_room(self, due: int) -> int | None:
        """New cards that fit: while building after `due` reviews, in the pass before the ranking or after it.

        None once the date has come: then the deadline limits nothing.
        """
        if self.stage is Stage.OVER:
            return None
        left = self.left
        if self.stage is Stage.BUILD:
            left -= due * pass_seconds()
        elif not self.new_first:
            left -= sum(each.seconds for each in chosen(self._waiting(), left))
        return max(0, int(left / self.first.seconds))

    def reviews(self, new: int) -> list[Waiting]:
        """The cards that the pass still asks today beside so many new ones."""
        left = self.left - (new * self.first.seconds if self.new_first else 0.0)
        return [Waiting(each.key, self.notes[each.key]) for each in chosen(self._waiting(), left)]

    def _waiting(self) -> Iterator[Choice]:
        return (each for each in self.ranked if each.key not in self.aside)


@dataclass
class _Day:
    """What was found at the first look of a day. `line` is the newest line of the log at that time."""

    day: int
    edition: int
    settings: Settings
    line: int
    budget: Budget
    ranked: tuple[Choice, ...]
    notes: Mapping[str, str]
    first: Choice
    offered: set[str] = field(default_factory=set)

    def fits(self, day: int, edition: int, settings: Settings) -> bool:
        """True where day, decks and settings are those of the look."""
        return (self.day, self.edition, self.settings) == (day, edition, settings)


class DeadlineQueue:
    """Ranks once a day, and again after acts on cards that are not answers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._day: _Day | None = None

    def share(self, connection: Connection, settings: Settings, moment: Moment, today: Today, steps: int) -> Share:
        """What is left of the day; `steps` learning steps wait. The settings have a deadline."""
        deadline = settings.deadline
        assert deadline is not None
        day = self._known(connection, settings, deadline, moment)
        spent = seconds_by_day(connection, moment.day, moment.day, day.budget.usual_ms).get(moment.day, 0.0)
        return Share(
            deadline.stage(moment.day),
            deadline.days_left(moment.day),
            day.budget.left(spent, steps),
            day.ranked,
            day.notes,
            today.cards | today.waiting,
            day.first,
            late=moment.day >= deadline.rules().tail_start,
        )

    def offer(self, cards: Iterable[str]) -> None:
        """Note what was offered today: these may be answered before their date."""
        if self._day is not None:
            self._day.offered.update(cards)

    def offered(self, card: str, day: int) -> bool:
        """True where the card was offered on this study day."""
        return self._day is not None and self._day.day == day and card in self._day.offered

    def _known(self, connection: Connection, settings: Settings, deadline: DeadlineChoice, moment: Moment) -> _Day:
        known, edition = self._day, self._context.shelf.edition
        if known is not None and known.fits(moment.day, edition, settings):
            if not changed_after(connection, known.line):
                return known
            offered = known.offered
        else:
            offered = set()
        self._day = self._looked(connection, settings, deadline, moment.day, edition)
        self._day.offered = offered
        return self._day

    def _looked(
        self, connection: Connection, settings: Settings, deadline: DeadlineChoice, day: int, edition: int
    ) -> _Day:
        model = model_of(settings)
        passing = deadline.stage(day) is Stage.LAST_PASS
        cards = list(learnt(connection)) if passing else []
        ranked = ranking(model, (each.card for each in cards), day, deadline.date.toordinal())
        return _Day(
            day,
            edition,
            settings,
            newest_line(connection),
            budget_on(connection, deadline, day),
            tuple(ranked),
            {each.card.key: each.note for each in cards},
            first_sight(model, day, max(day, deadline.date.toordinal())),
        )


def budget_on(connection: Connection, deadline: DeadlineChoice, day: int) -> Budget:
    """The time of a study day, out of the seconds of the days before it."""
    own = pace(recent_times(connection, day))
    usual_ms = pass_seconds() * own * 1000
    start = deadline.start.toordinal()
    found = seconds_by_day(connection, start, day - 1, usual_ms)
    past = tuple(found.get(each, 0.0) for each in range(start, day))
    rules = deadline.rules_from(day, past, own)
    allowance = 0.0 if deadline.stage(day) is Stage.OVER else rules.allowance(0, ())
    return Budget(allowance, own, usual_ms, past)


def expected_cards(connection: Connection, deadline: DeadlineChoice, day: int) -> int:
    """About how many learnt cards the last pass will ask on a coming day."""
    seen = sum(1 for _ in learnt(connection, steps=True))
    return min(seen, int(budget_on(connection, deadline, day).left(0.0, 0) / pass_seconds()))


def model_of(settings: Settings) -> Forgetting:
    """The memory model with the user's weights."""
    return Forgetting(settings.fsrs_weights) if settings.fsrs_weights else Forgetting()
