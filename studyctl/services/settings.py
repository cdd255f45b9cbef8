"""First start and the active track."""

from __future__ import annotations

from dataclasses import replace

from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.plan import Track
from studyctl.domain.settings import Settings, parse_hours, parse_start_date
from studyctl.services.context import Context
from studyctl.storage.repositories.settings import load_settings, save_settings


class SettingsService:
    """Reads and changes what the user chose."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self) -> Settings:
        """The user's choices."""
        return self._context.settings()

    def is_first_start(self) -> bool:
        """True until the start date is set."""
        return self.get().start_date is None

    def first_start(self, start_date: str = "", hours: str = "") -> Outcome[Settings]:
        """Store the two answers of the first start; empty text takes the default.

        Raises:
            UsageError: not a date, or not a number of hours.
        """
        context = self._context
        with context.database.write("settings", "first start") as transaction:
            settings = load_settings(transaction.connection)
            chosen = replace(
                settings,
                start_date=parse_start_date(start_date, context.today(settings)),
                hours_per_day=parse_hours(hours),
            )
            save_settings(transaction, chosen)
        return Outcome(chosen, frozenset({Area.SETTINGS}))

    def use_track(self, track_id: str) -> Outcome[Track]:
        """Make a track the active one.

        Raises:
            NotFoundError: no such track.
        """
        track = self._context.library.track(track_id)
        with self._context.database.write("settings", f"use track {track_id}") as transaction:
            save_settings(transaction, replace(load_settings(transaction.connection), active_track=track.id))
        return Outcome(track, frozenset({Area.SETTINGS, Area.DAYS}))
