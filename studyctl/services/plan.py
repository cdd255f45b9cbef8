"""A day with its ticks, and a track at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studyctl.domain.address import Address
from studyctl.domain.labs import Lab, Verdict
from studyctl.domain.plan import Day, Item, ItemKind, Track
from studyctl.domain.ticks import Completion, Tick, TickStatus
from studyctl.services.context import Context
from studyctl.services.days import carried_items
from studyctl.services.standing import Standing, load_standing
from studyctl.storage.repositories.lab_records import records
from studyctl.storage.unit_of_work import Connection


class DayState(StrEnum):
    """State of a day in its track."""

    CLOSED = "closed"
    TODAY = "today"
    OPEN = "open"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True)
class ItemView:
    """An item with its tick; `carried_here` marks one that came from an earlier day."""

    item: Item
    tick: Tick
    carried_here: bool = False

    @property
    def elsewhere(self) -> bool:
        """True where an open item was carried on to a later day."""
        return not self.carried_here and self.tick.carried_to is not None and not self.tick.status.done


@dataclass(frozen=True)
class LabView:
    """A lab of a day with its newest and its newest passed record."""

    lab: Lab
    runs: int = 0
    last_verdict: Verdict | None = None
    last_record: str | None = None
    passed_record: str | None = None


@dataclass(frozen=True)
class LessonLine:
    """The lesson of a day: title and reading time in minutes."""

    title: str
    minutes: float


@dataclass(frozen=True)
class Section:
    """Items under one heading."""

    heading: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True)
class DayView:
    """A day as screens and commands show it."""

    day: Day
    state: DayState
    sections: tuple[Section, ...]
    labs: tuple[LabView, ...]
    completion: Completion
    lesson: LessonLine | None = None


@dataclass(frozen=True)
class DayLine:
    """A day in a track's outline; `title` is empty for a day that is not written yet."""

    number: int
    address: Address
    title: str
    state: DayState
    completion: Completion


class PlanService:
    """Read-only views of the plan."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def show(self, address: Address) -> DayView:
        """One day.

        Raises:
            NotFoundError: no such day.
        """
        with self._context.database.read() as connection:
            return self.view(connection, load_standing(connection, self._context), address)

    def view(self, connection: Connection, standing: Standing, address: Address) -> DayView:
        """One day, inside a read that is already open."""
        library = self._context.library
        day = library.day(address)
        carried = tuple(
            ItemView(item, standing.ticks[item.id], carried_here=True)
            for item in carried_items(library, standing, address)
        )
        sections = [Section("Carried over", carried)] if carried else []
        for kind in ItemKind:
            views = tuple(ItemView(item, standing.ticks.get(item.id, Tick(item.id))) for item in day.of_kind(kind))
            if views:
                sections.append(Section(kind.heading, views))
        labs = tuple(lab_view(connection, lab) for lab in library.labs.values() if address in lab.serves)
        return DayView(
            day,
            self._state(standing, address),
            tuple(sections),
            labs,
            completion(day, standing),
            self._lesson(address),
        )

    def _lesson(self, address: Address) -> LessonLine | None:
        if address not in self._context.library.lessons:
            return None
        lesson = self._context.library.lesson(address)
        return LessonLine(lesson.title, lesson.minutes)

    def outline(self, track_id: str) -> tuple[Track, tuple[DayLine, ...]]:
        """A track and its days in order.

        Raises:
            NotFoundError: no such track.
        """
        library = self._context.library
        track = library.track(track_id)
        with self._context.database.read() as connection:
            standing = load_standing(connection, self._context)
        current = standing.current(library.sequence(track.id))
        lines = []
        for number, address in enumerate(library.sequence(track.id), start=1):
            state = DayState.CLOSED if str(address) in standing.closed else DayState.OPEN
            state = DayState.TODAY if address == current else state
            day = library.day(address)
            lines.append(DayLine(number, address, day.title, state, completion(day, standing)))
        return track, tuple(lines)

    def tracks(self) -> tuple[tuple[Track, int, int, bool], ...]:
        """Each track with its closed days, its days, and whether it is the active one."""
        active = self._context.settings().active_track
        with self._context.database.read() as connection:
            standing = load_standing(connection, self._context)
        rows = []
        for track in self._context.library.tracks.values():
            sequence = self._context.library.sequence(track.id)
            closed = sum(str(address) in standing.closed for address in sequence)
            rows.append((track, closed, len(sequence), track.id == active))
        return tuple(rows)

    def _state(self, standing: Standing, address: Address) -> DayState:
        if str(address) in standing.closed:
            return DayState.CLOSED
        current = standing.current(self._context.library.sequence(address.track))
        return DayState.TODAY if address == current else DayState.OPEN


def completion(day: Day, standing: Standing) -> Completion:
    """Done and counted items of a day, wherever they were carried."""
    statuses = [standing.ticks.get(item.id, Tick(item.id)).status for item in day.tickable]
    counted = [status for status in statuses if status is not TickStatus.DROPPED]
    return Completion(sum(status.done for status in counted), len(counted))


def lab_view(connection: Connection, lab: Lab) -> LabView:
    """A lab with its records."""
    runs = records(connection, lab.slug)
    if not runs:
        return LabView(lab)
    passed = [record.id for record in runs if record.verdict is Verdict.PASSED]
    return LabView(lab, len(runs), runs[-1].verdict, runs[-1].id, passed[-1] if passed else None)
