"""Advance, postpone and flatten: which cards move to which day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from studyctl.domain.day_rooms import Rooms, capacity, level, lowest_limit, rooms_for
from studyctl.domain.due_days import DueCard, DueDays, Move
from studyctl.errors import ConflictError, UsageError

MAX_DAYS = 365
SPREAD_DAYS = 7
FLATTEN_DAYS = 28


@dataclass(frozen=True)
class Advance:
    """Ask cards today that are due later: of those due within `days` the `cards` nearest to where they are due.

    None stands for all. Cards that were answered today stay.
    """

    cards: int | None = None
    days: int | None = None

    def moves(self, due: DueDays) -> tuple[Move, ...]:
        """Cards with today as their day.

        Raises:
            UsageError: a number that makes no sense.
        """
        _check(self.cards, "card")
        _check(self.days, "day", MAX_DAYS)
        last = None if self.days is None else due.today + self.days
        later = [card for card in due.cards if card.due_day > due.today > card.last_day]
        near = [card for card in later if last is None or card.due_day <= last]
        near.sort(key=lambda card: (-due.overdueness(card, due.today), -card.stability, card.id))
        return due.changed(Move(card, due.today) for card in near[: self.cards])


@dataclass(frozen=True)
class Postpone:
    """Put off the `cards` (None: all) due or overdue cards that lose least recall by waiting `days`.

    They are spread over the next `days` usable days so that these are evenly full, and those that lose most come first.
    """

    cards: int | None = None
    days: int = SPREAD_DAYS

    def moves(self, due: DueDays) -> tuple[Move, ...]:
        """Cards with the day on which they come again.

        Raises:
            UsageError: a number that makes no sense.
        """
        _check(self.cards, "card")
        _check(self.days, "day", MAX_DAYS)
        days = due.usable(due.today + 1, self.days)
        waiting = [card for card in due.cards if card.due_day <= due.today]
        patient = by_loss(due, waiting, due.today, max(days))[::-1][: self.cards]
        loads = due.loads()
        rooms = rooms_for(days, loads, level(days, loads, len(patient)))
        return due.changed(spread(due, patient, due.today, rooms, max(days)))


@dataclass(frozen=True)
class Flatten:
    """Spread what is overdue and due in the next `days` days so that no day has more than `limit` cards.

    Without a limit it is the lowest that is possible: the mean rounded up, as long as no card would be asked too early
    (`due_days.EARLIEST`). A day with an easy weekday has its share of the limit, one in a break nothing. Each day keeps
    as many of its own cards as it may have, those with the shortest intervals; the others go to the nearest day with
    room, in the same order.
    """

    days: int = FLATTEN_DAYS
    limit: int | None = None

    def moves(self, due: DueDays) -> tuple[Move, ...]:
        """Cards with their new day.

        Raises:
            UsageError: a number that makes no sense.
            ConflictError: the limit is too low, or no day can be used.
        """
        _check(self.days, "day", MAX_DAYS)
        _check(self.limit, "card")
        last = due.today + self.days - 1
        days = {day: share for day, share in due.usable(due.today, self.days).items() if day <= last}
        inside = [card for card in due.cards if card.due_day <= last]
        if not days:
            raise ConflictError("All of these days lie in a planned break.", "Give more days with --days.")
        lowest = lowest_limit(days, map(due.earliest, inside))
        limit = lowest if self.limit is None else self.limit
        if limit < lowest:
            raise ConflictError(
                f"{len(inside)} cards in {len(days)} days do not fit into {limit} a day.",
                f"Give a --limit of at least {lowest}, or more --days.",
            )
        return due.changed(_levelled(due, inside, {day: capacity(limit, share) for day, share in days.items()}))


def by_loss(due: DueDays, cards: list[DueCard], day: int, later: int) -> list[DueCard]:
    """The cards that lose most recall from one day to a later one first."""
    return sorted(cards, key=lambda card: (due.recall_on(card, later) - due.recall_on(card, day), card.id))


def spread(due: DueDays, cards: list[DueCard], day: int, rooms: Rooms, last: int) -> list[Move]:
    """Each card to the first day with room after `day`; those that would lose most by waiting until `last` go first."""
    moves = []
    for card in by_loss(due, cards, day, last):
        found = rooms.take(day + 1, day + 1, last)
        assert found is not None, "there is room for every card"
        moves.append(Move(card, found))
    return moves


def _levelled(due: DueDays, cards: list[DueCard], caps: dict[int, int]) -> list[Move]:
    """Moves that keep the caps, which are known to suffice.

    Where each day keeps its own cards, others may find no room that is late enough. Then the cards choose in the order
    of their earliest days, the latest first: whoever comes later could take any room that an earlier one took.
    """
    order = sorted(cards, key=lambda card: (card.interval, card.id))
    own = defaultdict(list)
    for card in order:
        own[due.asked_on(card)].append(card)
    rooms = Rooms({day: cap - len(own[day]) for day, cap in caps.items()})
    over = {card.id for day, there in own.items() for card in there[caps.get(day, 0) :]}
    moves = _placed(due, [card for card in order if card.id in over], rooms, max(caps))
    if moves is None:
        moves = _placed(due, sorted(order, key=due.earliest, reverse=True), Rooms(caps), max(caps))
    assert moves is not None, "the caps suffice"
    return moves


def _placed(due: DueDays, cards: list[DueCard], rooms: Rooms, last: int) -> list[Move] | None:
    moves = []
    for card in cards:
        day = rooms.take(due.asked_on(card), min(due.earliest(card), last), last)
        if day is None:
            return None
        moves.append(Move(card, day))
    return moves


def _check(number: int | None, unit: str, most: int | None = None) -> None:
    if number is not None and (number < 1 or (most is not None and number > most)):
        upto = "" if most is None else f" and at most {most}"
        raise UsageError(f"{number} {unit}s make no sense.", f"Give at least 1{upto}.")
