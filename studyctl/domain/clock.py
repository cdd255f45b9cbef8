"""Time as the domain sees it: an injected clock, and study days that roll over in the night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

DEFAULT_ROLLOVER_HOUR = 4


class Clock(Protocol):
    """Source of the present moment; tests pass their own."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in the user's zone."""
        ...


class LocalZone(tzinfo):
    """The machine's zone with its whole history: a moment of last summer keeps last summer's offset."""

    def fromutc(self, moment: datetime) -> datetime:
        """Local time of a moment in UTC."""
        local = moment.replace(tzinfo=UTC).astimezone()
        wall = local.replace(tzinfo=self)
        return wall if wall.utcoffset() == local.utcoffset() else wall.replace(fold=1)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Offset that was in force at that local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Not told apart from the offset."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Abbreviation of the zone, e.g. CEST."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()


_LOCAL = LocalZone()


class SystemClock:
    """The machine's clock in the machine's zone."""

    def now(self) -> datetime:
        """The present moment in local time."""
        return datetime.now().replace(tzinfo=_LOCAL)


def to_millis(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    if moment.tzinfo is _LOCAL:
        moment = moment.replace(tzinfo=None)  # read as local time as well, at half the cost
    return round(moment.timestamp() * 1000)


def from_millis(millis: int, zone: tzinfo | None = None) -> datetime:
    """The moment of `millis` since the epoch, in `zone` (default: UTC)."""
    return datetime.fromtimestamp(millis / 1000, tz=zone or UTC)


def study_date(moment: datetime, rollover_hour: int = DEFAULT_ROLLOVER_HOUR) -> date:
    """The calendar day that `moment` is studied on: before the rollover hour it is still yesterday.

    Wall-clock time is what counts, so a day stays a day when daylight saving changes.
    """
    return (moment.replace(tzinfo=None) - timedelta(hours=rollover_hour)).date()


def study_day(moment: datetime, rollover_hour: int = DEFAULT_ROLLOVER_HOUR) -> int:
    """`study_date` as a proleptic ordinal, so that days between two reviews are a subtraction."""
    return moment.toordinal() - (moment.hour < rollover_hour)
