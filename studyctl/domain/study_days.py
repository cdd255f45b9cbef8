"""Study days of a collection that was kept elsewhere: by which zone and rollover hour its moments count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from studyctl.domain.clock import from_millis, study_day, to_millis
from studyctl.domain.collection import Collection, offset_zone
from studyctl.domain.scheduling import Moment


@dataclass(frozen=True, slots=True)
class StudyDays:
    """Turns epoch milliseconds into study days (ordinals) and back."""

    zone: tzinfo
    rollover_hour: int

    def moment(self, millis: int) -> Moment:
        """The moment with its study day and local hour."""
        local = from_millis(millis, self.zone)
        return Moment(millis, study_day(local, self.rollover_hour), local.hour)

    def begin(self, day: int) -> int:
        """Epoch milliseconds at which a study day begins."""
        return to_millis(datetime.combine(date.fromordinal(day), time(self.rollover_hour), self.zone))

    def middle(self, day: int) -> int:
        """Epoch milliseconds half a day after its beginning: surely inside it, whatever the clocks do."""
        return self.begin(day) + 12 * 3_600_000

    def offset(self, millis: int) -> int:
        """Local time minus UTC at a moment, in minutes."""
        return round((from_millis(millis, self.zone).utcoffset() or timedelta()) / timedelta(minutes=1))


def days_of(collection: Collection, here: StudyDays) -> StudyDays:
    """How the days of a collection count; `here` is how they count on this machine.

    A file tells one offset, that of its creation. Where the zone of this machine had the same, that zone with its
    summer times is taken for it. A file that tells nothing counts as here.
    """
    if collection.created_at is None:
        return here
    same = here.offset(collection.created_at) == collection.zone_offset
    return StudyDays(here.zone if same else offset_zone(collection.zone_offset), collection.rollover_hour)
