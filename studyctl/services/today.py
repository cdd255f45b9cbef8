"""Today: the first unfinished day of the active track, the next action, and what else waits."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from studyctl.domain.breaks import Breaks, break_on
from studyctl.domain.calendar import expected_done
from studyctl.domain.labs import Verdict
from studyctl.domain.plan import ItemKind, Track
from studyctl.domain.settings import Settings
from studyctl.domain.sprint import ThoughtState
from studyctl.services.active_days import active_days
from studyctl.services.context import Context
from studyctl.services.interview import InterviewCounts, InterviewService
from studyctl.services.plan import DayView, PlanService
from studyctl.services.review import ReviewService
from studyctl.services.review_queue import QueueCounts
from studyctl.services.sprints import SprintService, SprintStatus
from studyctl.services.standing import Standing, load_standing
from studyctl.storage.repositories import sprints as sprint_store
from studyctl.storage.repositories.sprints import thoughts

_FIRST = (
    ItemKind.BLOCK,
    ItemKind.LEARN,
    ItemKind.ACTION,
    ItemKind.OBJECTIVE,
    ItemKind.DO,
    ItemKind.EXPERIMENT,
    ItemKind.DELIVERABLE,
)


class ActionKind(StrEnum):
    """What enter would start."""

    SPRINT = "sprint"
    LAB = "lab"
    ITEM = "item"
    CLOSE = "close"
    NONE = "none"


@dataclass(frozen=True)
class NextAction:
    """The preselected action: `target` is an item id, a lab slug or an address."""

    kind: ActionKind
    target: str
    label: str


@dataclass(frozen=True)
class Position:
    """Where the track stands: closed of all, what the calendar expects, and the difference in days."""

    closed: int
    length: int
    expected: int

    @property
    def drift(self) -> int:
        """Days ahead (positive) or behind (negative)."""
        return self.closed - self.expected


@dataclass(frozen=True)
class TodayView:
    """Everything that the Today screen and `studyctl today` show. `view` is None where every day is closed.

    `break_until` is the last day of the planned break that today lies in.
    """

    settings: Settings
    track: Track
    position: Position
    view: DayView | None
    next_action: NextAction
    cards: QueueCounts
    interviews: InterviewCounts
    inbox: int
    sprint: SprintStatus | None
    minutes_today: int
    streak: int
    break_until: date | None = None


class TodayService:
    """Puts the day together."""

    def __init__(
        self,
        context: Context,
        plan: PlanService,
        review: ReviewService,
        interview: InterviewService,
        sprints: SprintService,
    ) -> None:
        self._context = context
        self._plan = plan
        self._review = review
        self._interview = interview
        self._sprints = sprints

    def view(self) -> TodayView:
        """The present day."""
        context = self._context
        settings = context.settings()
        track = context.library.track(settings.active_track)
        sprint = self._sprints.status()
        with context.database.read() as connection:
            standing = load_standing(connection, context)
            current = standing.current(context.library.sequence(track.id))
            view = self._plan.view(connection, standing, current) if current else None
            inbox = len(thoughts(connection, ThoughtState.OPEN))
            run = streak(
                active_days(connection, context, settings), context.today(settings).toordinal(), settings.breaks
            )
            worked = sprint_store.sprints_since(connection, context.now_ms() - 36 * 3_600_000)
        today = context.today(settings)
        minutes = sum(done.worked_ms for done in worked if context.date_of(done.started_at, settings) == today)
        if sprint is not None:
            minutes -= sprint.remaining_ms
        away = break_on(settings.breaks, today.toordinal())
        return TodayView(
            settings=settings,
            track=track,
            position=self._position(settings, track, standing, view),
            view=view,
            next_action=next_action(view, sprint),
            cards=self._review.queue().counts,
            interviews=self._interview.counts(),
            inbox=inbox,
            sprint=sprint,
            minutes_today=max(0, minutes) // 60_000,
            streak=run,
            break_until=away.last if away else None,
        )

    def _position(self, settings: Settings, track: Track, standing: Standing, view: DayView | None) -> Position:
        sequence = self._context.library.sequence(track.id)
        closed = sum(str(address) in standing.closed for address in sequence)
        start = settings.start_date or self._context.today(settings)
        hours = view.day.hours if view else track.hours_per_day
        expected = expected_done(start, self._context.today(settings), settings.hours_per_day, hours, track.length)
        return Position(closed, track.length, expected)


def streak(active_days: Container[int], today: int, breaks: Breaks = ()) -> int:
    """Days in a row with activity, ending today, or before today where today has none yet.

    A day of a planned break without activity neither counts nor ends it.
    """
    day = today if today in active_days else today - 1
    length = 0
    while (active := day in active_days) or break_on(breaks, day):
        length += active
        day -= 1
    return length


def next_action(view: DayView | None, sprint: SprintStatus | None) -> NextAction:
    """A running sprint first; then open blocks and actions; then the lab; then what else is open; then closing."""
    if sprint is not None:
        return NextAction(ActionKind.SPRINT, str(sprint.sprint.id), sprint.sprint.target)
    if view is None:
        return NextAction(ActionKind.NONE, "", "Every day of this track is closed")
    items = [shown for section in view.sections for shown in section.items]
    still_open = [
        shown
        for shown in items
        if shown.tick.status.value == "open" and shown.item.kind.tickable and not shown.elsewhere
    ]
    unpassed = [lab for lab in view.labs if lab.passed_record is None]
    opening = [shown for shown in still_open if shown.item.kind in _FIRST[:3]]
    if unpassed and (not opening or unpassed[0].last_verdict not in (None, Verdict.PASSED)):
        lab = unpassed[0].lab
        return NextAction(ActionKind.LAB, lab.slug, f"Lab: {lab.title}")
    if still_open:
        rank = {kind: place for place, kind in enumerate(_FIRST)}
        first = min(still_open, key=lambda shown: rank.get(shown.item.kind, len(_FIRST)))
        return NextAction(ActionKind.ITEM, first.item.id, first.item.label)
    return NextAction(ActionKind.CLOSE, str(view.day.address), "Everything is ticked: close the day")
