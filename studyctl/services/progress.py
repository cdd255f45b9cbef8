"""Progress: the heatmap of a track, completion, labs, retention."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.address import Address
from studyctl.domain.plan import ItemKind, Track
from studyctl.domain.ticks import Completion, Tick
from studyctl.services.active_days import active_days
from studyctl.services.context import Context
from studyctl.services.plan import DayState, LabView, completion, lab_view
from studyctl.services.standing import Standing, load_standing
from studyctl.services.today import streak
from studyctl.storage.repositories.cards import count_cards
from studyctl.storage.repositories.interview_log import attempts
from studyctl.storage.repositories.review_stats import count_answers, count_seen, passed_reviews
from studyctl.storage.repositories.sprints import sprints_since, thoughts

RETENTION_DAYS = 30
MATURE_DAYS = 21


@dataclass(frozen=True)
class Cell:
    """One day of the heatmap; `share` is its completion in [0, 1]."""

    number: int
    address: Address
    title: str
    state: DayState
    share: float


@dataclass(frozen=True)
class TrackProgress:
    """Closed days of a track and done items of its written days."""

    track: Track
    closed: int
    written: int
    items: Completion


@dataclass(frozen=True)
class Retention:
    """True retention: the share of passed answers among reviews of cards in the review phase."""

    passed: int
    total: int
    days: int = RETENTION_DAYS

    @property
    def share(self) -> float | None:
        """Share in [0, 1]; None without reviews."""
        return self.passed / self.total if self.total else None


@dataclass(frozen=True)
class WallRow:
    """A row of the checklist wall."""

    item_id: str
    category: str
    text: str
    tick: Tick


@dataclass(frozen=True)
class ProgressView:
    """Everything that the progress screen and the export show."""

    track: Track
    cells: tuple[Cell, ...]
    tracks: tuple[TrackProgress, ...]
    labs: tuple[LabView, ...]
    retention: Retention
    cards_seen: int
    cards_mature: int
    cards_total: int
    reviews_total: int
    questions_answered: int
    mean_score: float | None
    sprints: int
    sprint_minutes: int
    thoughts: int
    streak: int
    wall: tuple[WallRow, ...]

    @property
    def labs_passed(self) -> int:
        """Labs with at least one passed record."""
        return sum(lab.passed_record is not None for lab in self.labs)


class ProgressService:
    """Puts the progress view together."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def view(self, track_id: str | None = None) -> ProgressView:
        """Progress of one track (default: the active one) and of everything else.

        Raises:
            NotFoundError: no such track.
        """
        context = self._context
        context.shelf.sync()
        settings = context.settings()
        track = context.library.track(track_id or settings.active_track)
        today = context.today(settings).toordinal()
        with context.database.read() as connection:
            standing = load_standing(connection, context)
            retention = Retention(*passed_reviews(connection, today - RETENTION_DAYS + 1, today))
            total = count_answers(connection)
            seen, mature = count_seen(connection), count_seen(connection, MATURE_DAYS)
            cards = count_cards(connection)
            answered = attempts(connection)
            sprints = sprints_since(connection, 0)
            parked = thoughts(connection)
            run = streak(active_days(connection, context, settings), today, settings.breaks)
            labs = tuple(lab_view(connection, lab) for lab in context.library.labs.values())
        remaining = sum(sprint.remaining_ms(context.now_ms()) for sprint in sprints if sprint.closed is None)
        return ProgressView(
            track=track,
            cells=self._cells(track, standing),
            tracks=tuple(self._track(each, standing) for each in context.library.tracks.values()),
            labs=labs,
            retention=retention,
            cards_seen=seen,
            cards_mature=mature,
            cards_total=cards,
            reviews_total=total,
            questions_answered=len({attempt.question_id for attempt in answered}),
            mean_score=sum(attempt.score for attempt in answered) / len(answered) if answered else None,
            sprints=len(sprints),
            sprint_minutes=(sum(sprint.worked_ms for sprint in sprints) - remaining) // 60_000,
            thoughts=len(parked),
            streak=run,
            wall=self._wall(standing),
        )

    def _cells(self, track: Track, standing: Standing) -> tuple[Cell, ...]:
        library = self._context.library
        sequence = library.sequence(track.id)
        current = standing.current(sequence)
        cells = []
        for number, address in enumerate(sequence, start=1):
            day = library.day(address)
            state = DayState.CLOSED if str(address) in standing.closed else DayState.OPEN
            state = DayState.TODAY if address == current else state
            cells.append(Cell(number, address, day.title, state, completion(day, standing).share))
        if track.unit == "day" and all(address.span for address in sequence):
            written = max((address.span or (0, 0))[1] for address in sequence)
            cells += [
                Cell(number, Address(track.id, str(number)), "", DayState.UNWRITTEN, 0.0)
                for number in range(written + 1, track.length + 1)
            ]
        return tuple(cells)

    def _track(self, track: Track, standing: Standing) -> TrackProgress:
        library = self._context.library
        sequence = library.sequence(track.id)
        parts = [completion(library.day(address), standing) for address in sequence]
        items = Completion(sum(part.done for part in parts), sum(part.total for part in parts))
        return TrackProgress(track, sum(str(address) in standing.closed for address in sequence), len(sequence), items)

    def _wall(self, standing: Standing) -> tuple[WallRow, ...]:
        rows = []
        for track in self._context.library.tracks.values():
            for address in track.days:
                if address.label == "wall":
                    items = self._context.library.day(address).of_kind(ItemKind.ROW)
                    rows += [
                        WallRow(item.id, item.category, item.text, standing.ticks.get(item.id, Tick(item.id)))
                        for item in items
                    ]
        return tuple(rows)
