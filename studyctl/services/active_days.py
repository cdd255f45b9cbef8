"""Study days with acts that stand, read only as far back as somebody asks."""

from __future__ import annotations

from collections.abc import Iterator

from studyctl.domain.settings import Settings
from studyctl.services.context import Context
from studyctl.storage.repositories.journal import active_moments
from studyctl.storage.unit_of_work import Connection


class ActiveDays:
    """A container of study-day ordinals over an iterator of them that goes back in time."""

    def __init__(self, days: Iterator[int]) -> None:
        self._days = days
        self._found: set[int] = set()
        self._reached: int | None = None
        self._ended = False

    def __contains__(self, day: object) -> bool:
        while isinstance(day, int) and not self._ended and (self._reached is None or self._reached >= day):
            self._reached = next(self._days, None)
            if self._reached is None:
                self._ended = True
            else:
                self._found.add(self._reached)
        return day in self._found


def active_days(connection: Connection, context: Context, settings: Settings) -> ActiveDays:
    """Days with acts that stand; to be asked while the connection is open."""
    moments = active_moments(connection)
    return ActiveDays(context.date_of(moment, settings).toordinal() for moment in moments)
