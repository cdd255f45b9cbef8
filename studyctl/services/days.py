"""Closing a day: what is open is carried over or dropped, by choice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.plan import Item
from studyctl.domain.ticks import OpenItems, Tick, TickStatus
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.services.standing import Standing, load_standing
from studyctl.storage.repositories.items import close_day, save_tick


@dataclass(frozen=True)
class Closing:
    """What closing a day means: its open items, and the day that comes next (None at the end)."""

    address: Address
    open_items: tuple[Item, ...]
    next: Address | None


class DayService:
    """Closes today's day of the active track."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def preview(self) -> Closing:
        """What closing today's day would do.

        Raises:
            ConflictError: every day of the track is closed.
        """
        with self._context.database.read() as connection:
            return self._closing(load_standing(connection, self._context))

    def close(self, open_items: OpenItems) -> Outcome[Closing]:
        """Close today's day.

        Raises:
            ConflictError: every day is closed, or there is no next day to carry to.
        """
        context = self._context
        settings = context.settings()
        with context.database.write("days", "close day") as transaction:
            standing = load_standing(transaction.connection, context)
            closing = self._closing(standing)
            if closing.open_items and open_items is OpenItems.CARRY and closing.next is None:
                raise ConflictError(
                    "There is no next day to carry open items to.", "Finish them, or close the day and drop them."
                )
            moment = context.moment(settings)
            for item in closing.open_items:
                before = standing.ticks.get(item.id, Tick(item.id))
                if open_items is OpenItems.CARRY:
                    after = replace(before, status=TickStatus.OPEN, carried_to=str(closing.next))
                else:
                    after = replace(before, status=TickStatus.DROPPED)
                save_tick(transaction, after, moment.millis)
            close_day(transaction, str(closing.address), moment.millis, moment.day)
        return Outcome(closing, frozenset({Area.DAYS, Area.ITEMS, Area.CARDS, Area.INTERVIEW}))

    def _closing(self, standing: Standing) -> Closing:
        library = self._context.library
        sequence = library.sequence(self._context.settings().active_track)
        current = standing.current(sequence)
        if current is None:
            raise ConflictError("Every day of this track is closed.", "`studyctl track list` shows the other tracks.")
        following = [address for address in sequence if address != current and str(address) not in standing.closed]
        items = [*carried_items(library, standing, current), *library.day(current).tickable]
        still_open = [item for item in items if _open_on(standing, item, current)]
        return Closing(current, tuple(still_open), following[0] if following else None)


def carried_items(library: Library, standing: Standing, address: Address) -> list[Item]:
    """Items of earlier days that were carried to a day, by id."""
    return [
        library.item(tick.item_id)
        for tick in sorted(standing.ticks.values(), key=lambda tick: tick.item_id)
        if tick.carried_to == str(address)
    ]


def _open_on(standing: Standing, item: Item, address: Address) -> bool:
    tick = standing.ticks.get(item.id, Tick(item.id))
    moved_on = tick.carried_to is not None and tick.carried_to != str(address)
    return tick.status is TickStatus.OPEN and not moved_on
