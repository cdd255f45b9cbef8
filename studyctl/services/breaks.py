"""Moves due days on purpose: advance, postpone, flatten, and planned breaks, with what it costs said beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from studyctl.domain.break_moves import Away
from studyctl.domain.breaks import Break, Breaks, break_on, find_break, new_break, stored_breaks, with_break
from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct
from studyctl.domain.due_days import DueDays, Move
from studyctl.domain.due_moves import Advance, Flatten, Postpone
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.move_cost import MoveCost, forgotten_by_waiting, move_cost
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.replay import replayed
from studyctl.domain.settings import Settings
from studyctl.domain.workload import AnswerHabits
from studyctl.errors import ConflictError
from studyctl.services.answer_habits import answer_habits
from studyctl.services.context import Context
from studyctl.storage.repositories.due_cards import due_cards
from studyctl.storage.repositories.memory import Subject, memories_of, save_many
from studyctl.storage.repositories.review_log import log_many
from studyctl.storage.repositories.settings import load_settings, save_document
from studyctl.storage.unit_of_work import Connection, Transaction

Wish = Advance | Postpone | Flatten | Away
_CHANGED = frozenset({Area.CARDS, Area.SETTINGS})


@dataclass(frozen=True)
class Planned:
    """What a wish would do, or did. `waiting` is for a break: cards forgotten more without the moves, else None.

    `seconds` is the time of one review with the same-day step after a lapse; `measured`: at the user's own pace, else
    at that of the memory model's defaults.
    """

    wish: Wish
    cost: MoveCost
    seconds: float
    measured: bool
    waiting: float | None = None


class BreakService:
    """Each wish is one act, however many cards it moves; undo takes it back whole."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def breaks(self) -> Breaks:
        """All planned breaks by date, past ones too."""
        return self._context.settings().breaks

    def current(self) -> Break | None:
        """The planned break that today lies in."""
        settings = self._context.settings()
        return break_on(settings.breaks, self._context.moment(settings).day)

    def away(self, first: str, last: str) -> Away:
        """The wish to be away between two ISO dates, both included.

        Raises:
            UsageError: not a date, the wrong way round, in the past, too far ahead or too long.
            ConflictError: it overlaps a planned break.
        """
        settings = self._context.settings()
        return Away(new_break(first, last, self._context.today(settings), settings.breaks))

    def look(self, wish: Wish) -> Planned:
        """What it would do; nothing is written.

        Raises:
            UsageError: a number that makes no sense.
            ConflictError: nothing to move, or it is not possible.
        """
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            due, settings = self._read(connection)
            return self._planned(connection, due, wish, _moves(wish, due, settings))

    def do(self, wish: Wish) -> Outcome[Planned]:
        """Move the cards, and store the break.

        Raises:
            UsageError: a number that makes no sense.
            ConflictError: nothing to move, or it is not possible.
        """
        self._context.shelf.sync()
        with self._context.database.write("review", summary(wish)) as transaction:
            due, settings = self._read(transaction.connection)
            moves = _moves(wish, due, settings)
            planned = self._planned(transaction.connection, due, wish, moves)
            self._write(transaction, settings, moves)
            if isinstance(wish, Away):
                _store(transaction, with_break(settings.breaks, wish.planned))
        return Outcome(planned, _CHANGED)

    def cancel(self, first: str) -> Outcome[Break]:
        """Remove the planned break that begins on an ISO date; cards stay on the days that they have.

        Raises:
            UsageError: not a date.
            NotFoundError: none begins then.
        """
        with self._context.database.write("review", f"cancel break {first.strip()}") as transaction:
            breaks = load_settings(transaction.connection).breaks
            found = find_break(first, breaks)
            _store(transaction, tuple(each for each in breaks if each != found))
        return Outcome(found, _CHANGED)

    def _read(self, connection: Connection) -> tuple[DueDays, Settings]:
        settings = load_settings(connection)
        memory = Forgetting(settings.fsrs_weights) if settings.fsrs_weights else Forgetting()
        due = DueDays(
            today=self._context.moment(settings).day,
            cards=due_cards(connection),
            recall=memory.recall,
            retention=settings.desired_retention,
            easy_days=settings.easy_days,
            breaks=tuple(each.span for each in settings.breaks),
        )
        return due, settings

    def _planned(self, connection: Connection, due: DueDays, wish: Wish, moves: Sequence[Move]) -> Planned:
        habits = answer_habits(connection, due.today)
        seconds = habits.expected_seconds(due.retention)
        back = wish.planned.span[1] + 1 if isinstance(wish, Away) else None
        waiting = None if back is None else forgotten_by_waiting(due, moves, back)
        return Planned(wish, move_cost(due, moves), seconds, habits != AnswerHabits(), waiting)

    def _write(self, transaction: Transaction, settings: Settings, moves: Sequence[Move]) -> None:
        moment = self._context.moment(settings)
        known = memories_of(transaction.connection, [move.card.id for move in moves])
        days = {move.card.id: move.day - moment.day for move in moves}
        lines = [
            replace(act_line(CardAct.MOVE, card, memory, moment), interval_days=days[card])
            for card, memory in known.items()
        ]
        log_many(transaction, lines)
        moved = {line.card_id: replayed(known[line.card_id], line) for line in lines}
        save_many(transaction, Subject.CARD, moved)


def summary(wish: Wish) -> str:
    """The name of the act."""
    match wish:
        case Advance():
            return "advance cards"
        case Postpone():
            return "postpone cards"
        case Flatten():
            return f"flatten the next {wish.days} days"
        case Away():
            return f"plan break {wish.planned}"


def _moves(wish: Wish, due: DueDays, settings: Settings) -> tuple[Move, ...]:
    if isinstance(wish, Away):  # another program may have planned one since the wish was made
        new_break(str(wish.planned.first), str(wish.planned.last), date.fromordinal(due.today), settings.breaks)
        return wish.moves(due)
    moves = wish.moves(due)
    if not moves:
        raise ConflictError(*_nothing(wish))
    return moves


def _nothing(wish: Wish) -> tuple[str, str]:
    match wish:
        case Advance():
            return "There is no card to advance.", "Only cards in review that come due later can be; try more --days."
        case Postpone():
            return "There is nothing to postpone: no review is due.", "`studyctl review due` lists what is due."
        case _:
            return "There is nothing to flatten: no day has too many cards.", "Give a lower --limit, or more --days."


def _store(transaction: Transaction, breaks: Breaks) -> None:
    save_document(transaction, "breaks", stored_breaks(breaks))
