"""What every service works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from studyctl.content.library import Library
from studyctl.domain.clock import Clock, from_millis, study_date, study_day, to_millis
from studyctl.domain.scheduling import Moment
from studyctl.domain.settings import Settings
from studyctl.paths import Paths
from studyctl.services.card_shelf import CardShelf
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Database


@dataclass(frozen=True)
class Context:
    """Database, content, clock, places and the stored cards."""

    database: Database
    library: Library
    clock: Clock
    paths: Paths
    shelf: CardShelf

    def now(self) -> datetime:
        """The present moment in the user's zone."""
        return self.clock.now()

    @property
    def zone(self) -> tzinfo:
        """The user's zone."""
        return self.clock.now().tzinfo or UTC

    def now_ms(self) -> int:
        """The present moment in epoch milliseconds."""
        return to_millis(self.clock.now())

    def settings(self) -> Settings:
        """The user's choices as stored."""
        with self.database.read() as connection:
            return load_settings(connection)

    def moment(self, settings: Settings) -> Moment:
        """Now, with the study day that the rollover hour gives it."""
        return moment_of(self.clock.now(), settings)

    def today(self, settings: Settings) -> date:
        """The study date."""
        return study_date(self.clock.now(), settings.rollover_hour)

    def date_of(self, millis: int, settings: Settings) -> date:
        """The study date of a stored moment."""
        return study_date(from_millis(millis, self.clock.now().tzinfo), settings.rollover_hour)


def moment_of(now: datetime, settings: Settings) -> Moment:
    """A moment with the study day that the rollover hour gives it."""
    return Moment(to_millis(now), study_day(now, settings.rollover_hour), now.hour)
