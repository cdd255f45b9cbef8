"""The 10-minute sprint and the inbox of thoughts that it parks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.sprint import (
    DEFAULT_MINUTES,
    Sprint,
    SprintState,
    Thought,
    ThoughtState,
    Triage,
    checked_minutes,
    checked_target,
    checked_thought,
)
from studyctl.errors import ConflictError, NotFoundError
from studyctl.services.context import Context
from studyctl.storage.repositories import sprints as store
from studyctl.storage.unit_of_work import Transaction

_SPRINT = frozenset({Area.SPRINT})
_INBOX = frozenset({Area.INBOX, Area.SPRINT})
_MINUTE = 60_000


@dataclass(frozen=True)
class SprintStatus:
    """A sprint as it stands now, with the thoughts parked in it."""

    sprint: Sprint
    state: SprintState
    remaining_ms: int
    thoughts: tuple[Thought, ...]


class SprintService:
    """Start, end and continue sprints. The end is a stored timestamp: nothing here needs to keep running."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def status(self) -> SprintStatus | None:
        """The sprint that is running, or over and waiting for a choice."""
        with self._context.database.read() as connection:
            sprint = store.open_sprint(connection)
            if sprint is None:
                return None
            parked = store.thoughts(connection, sprint_id=sprint.id)
        now = self._context.now_ms()
        return SprintStatus(sprint, sprint.state(now), sprint.remaining_ms(now), tuple(parked))

    def start(self, target: str, minutes: int = DEFAULT_MINUTES, item_id: str | None = None) -> Outcome[Sprint]:
        """Start a sprint on a named micro-target. One that is over is stopped by this.

        Raises:
            UsageError: no target, or minutes out of range.
            ConflictError: a sprint is running.
        """
        target, minutes = checked_target(target), checked_minutes(minutes)
        now = self._context.now_ms()
        with self._context.database.write("sprint", f"start sprint {target!r}") as transaction:
            self._end_finished(transaction, now)
            sprint = store.add_sprint(transaction, target, item_id, now, now + minutes * _MINUTE)
        return Outcome(sprint, _SPRINT)

    def stop(self) -> Outcome[Sprint]:
        """End the sprint, early or at its end.

        Raises:
            ConflictError: no sprint is open.
        """
        with self._context.database.write("sprint", "stop sprint") as transaction:
            sprint = self._open(transaction)
            stopped = replace(sprint, closed=SprintState.STOPPED, closed_at=self._context.now_ms())
            store.save_sprint(transaction, stopped)
        return Outcome(stopped, _SPRINT)

    def go_on(self, minutes: int = DEFAULT_MINUTES) -> Outcome[Sprint]:
        """Continue a sprint that is over: the same target, a new end.

        Raises:
            ConflictError: no sprint is open, or it still runs.
        """
        minutes = checked_minutes(minutes)
        now = self._context.now_ms()
        with self._context.database.write("sprint", "continue sprint") as transaction:
            sprint = self._open(transaction)
            if sprint.state(now) is SprintState.RUNNING:
                raise ConflictError("The sprint still runs.", "Its end offers to stop or to go on.")
            store.save_sprint(transaction, replace(sprint, closed=SprintState.CONTINUED, closed_at=now))
            following = store.add_sprint(transaction, sprint.target, sprint.item_id, now, now + minutes * _MINUTE)
        return Outcome(following, _SPRINT)

    def _open(self, transaction: Transaction) -> Sprint:
        sprint = store.open_sprint(transaction.connection)
        if sprint is None:
            raise ConflictError("No sprint is running.", 'Start one: studyctl sprint start "one micro-target"')
        return sprint

    def _end_finished(self, transaction: Transaction, now: int) -> None:
        before = store.open_sprint(transaction.connection)
        if before is None:
            return
        if before.state(now) is SprintState.RUNNING:
            raise ConflictError(
                f"A sprint is running: {before.target!r}.", "`studyctl sprint status` shows it, `sprint stop` ends it."
            )
        store.save_sprint(transaction, replace(before, closed=SprintState.STOPPED, closed_at=before.ends_at))


class InboxService:
    """Captures stray thoughts at any moment; triage only when no sprint runs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def capture(self, text: str) -> Outcome[Thought]:
        """Park a thought; while a sprint runs it counts as one of its interruptions.

        Raises:
            UsageError: the text is empty or too long.
        """
        text = checked_thought(text)
        now = self._context.now_ms()
        with self._context.database.write("inbox", "capture a thought") as transaction:
            sprint = store.open_sprint(transaction.connection)
            running = sprint is not None and sprint.state(now) is SprintState.RUNNING
            thought = store.add_thought(transaction, text, now, sprint.id if sprint and running else None)
        return Outcome(thought, _INBOX)

    def thoughts(self, state: ThoughtState | None = ThoughtState.OPEN) -> tuple[Thought, ...]:
        """Thoughts in one state (None: all), oldest first."""
        with self._context.database.read() as connection:
            return tuple(store.thoughts(connection, state))

    def triage(self, thought_id: int, choice: Triage) -> Outcome[Thought]:
        """Decide what becomes of a thought.

        Raises:
            NotFoundError: no such thought.
            ConflictError: a sprint is running.
        """
        state = {
            Triage.TODO: ThoughtState.TODO,
            Triage.DONE: ThoughtState.DONE,
            Triage.DROP: ThoughtState.DROPPED,
        }[choice]
        now = self._context.now_ms()
        with self._context.database.write("inbox", f"triage thought {thought_id}") as transaction:
            sprint = store.open_sprint(transaction.connection)
            if sprint is not None and sprint.state(now) is SprintState.RUNNING:
                raise ConflictError(
                    "A sprint is running: thoughts are triaged at its end, never in between.",
                    "`studyctl sprint status` says how long it runs.",
                )
            thought = store.find_thought(transaction.connection, thought_id)
            if thought is None:
                raise NotFoundError(f"There is no thought {thought_id}.", "`studyctl inbox list` shows them.")
            decided = replace(thought, state=state, triaged_at=now)
            store.save_thought(transaction, decided)
        return Outcome(decided, frozenset({Area.INBOX}))
