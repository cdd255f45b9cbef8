"""Where the learner stands in a track: closed days, today's day, what is unlocked."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.address import Address, parse_item_id
from studyctl.domain.settings import Settings
from studyctl.domain.ticks import Tick
from studyctl.services.context import Context
from studyctl.storage.repositories.items import all_ticks, closed_days
from studyctl.storage.repositories.lab_records import verdicts
from studyctl.storage.unit_of_work import Connection


@dataclass(frozen=True)
class Standing:
    """Closed days and ticks, with the questions that other services ask of them."""

    closed: dict[str, int]
    ticks: dict[str, Tick]
    lab_days: frozenset[Address]

    def current(self, sequence: tuple[Address, ...]) -> Address | None:
        """The first day that is not closed; None where all are."""
        return next((address for address in sequence if str(address) not in self.closed), None)

    def unlocked(self, context: Context, settings: Settings) -> frozenset[Address]:
        """Days whose cards and questions may be asked.

        Closed days, days with a tick or a lab run, and the active track up to today's day.
        """
        touched = {parse_item_id(tick.item_id)[0] for tick in self.ticks.values() if tick.status.done}
        closed = {address for address in _all_days(context) if str(address) in self.closed}
        sequence = context.library.sequence(settings.active_track)
        current = self.current(sequence)
        reached = sequence if current is None else sequence[: sequence.index(current) + 1]
        return frozenset(touched | closed | set(reached) | self.lab_days)


def _all_days(context: Context) -> list[Address]:
    return [address for track in context.library.tracks.values() for address in track.days]


def load_standing(connection: Connection, context: Context) -> Standing:
    """Read where the learner stands."""
    ran = verdicts(connection)
    lab_days = {address for slug, lab in context.library.labs.items() if slug in ran for address in lab.serves}
    return Standing(closed_days(connection), all_ticks(connection), frozenset(lab_days))
