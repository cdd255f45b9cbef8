"""The 10-minute sprint: one named micro-target, an end that is a stored timestamp, thoughts parked meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studyctl.errors import UsageError

DEFAULT_MINUTES = 10
MAX_MINUTES = 180


class SprintState(StrEnum):
    """`over` is derived: the end has passed and neither stop nor go on was chosen yet."""

    RUNNING = "running"
    OVER = "over"
    STOPPED = "stopped"
    CONTINUED = "continued"


@dataclass(frozen=True)
class Sprint:
    """One sprint; times are epoch milliseconds. `closed` is stopped or continued once chosen, else None."""

    id: int
    target: str
    item_id: str | None
    started_at: int
    ends_at: int
    closed: SprintState | None = None
    closed_at: int | None = None
    interruptions: int = 0

    def state(self, now: int) -> SprintState:
        """The state at `now`."""
        if self.closed is not None:
            return self.closed
        return SprintState.RUNNING if now < self.ends_at else SprintState.OVER

    def remaining_ms(self, now: int) -> int:
        """Milliseconds until the end, 0 from then on."""
        return max(0, self.ends_at - now)

    @property
    def worked_ms(self) -> int:
        """Milliseconds worked: until it was closed, but never past its end."""
        end = self.ends_at if self.closed_at is None else min(self.closed_at, self.ends_at)
        return max(0, end - self.started_at)


class ThoughtState(StrEnum):
    """What became of a captured thought at triage."""

    OPEN = "open"
    TODO = "todo"
    DONE = "done"
    DROPPED = "dropped"


class Triage(StrEnum):
    """What to do with a thought: keep it as a to-do, it is done, or let it go."""

    TODO = "todo"
    DONE = "done"
    DROP = "drop"


@dataclass(frozen=True)
class Thought:
    """A stray thought in the inbox; `sprint_id` is the sprint that it interrupted."""

    id: int
    text: str
    captured_at: int
    sprint_id: int | None = None
    state: ThoughtState = ThoughtState.OPEN
    triaged_at: int | None = None


def checked_target(text: str) -> str:
    """A micro-target in one line.

    Raises:
        UsageError: it is empty or longer than 200 characters.
    """
    target = " ".join(text.split())
    if not target:
        raise UsageError(
            "A sprint needs a named micro-target.", 'For example: studyctl sprint start "draw the block table"'
        )
    if len(target) > 200:
        raise UsageError("A micro-target has at most 200 characters.", "Name only what fits ten minutes.")
    return target


def checked_minutes(minutes: int) -> int:
    """Minutes of a sprint.

    Raises:
        UsageError: outside 1 to 180.
    """
    if not 1 <= minutes <= MAX_MINUTES:
        raise UsageError(f"A sprint has 1 to {MAX_MINUTES} minutes, not {minutes}.", "The plan's sprint has 10.")
    return minutes


def checked_thought(text: str) -> str:
    """A thought in one line.

    Raises:
        UsageError: it is empty or longer than 2,000 characters.
    """
    thought = " ".join(text.split())
    if not thought:
        raise UsageError("An empty thought cannot be captured.", 'For example: studyctl inbox add "order a new SSD"')
    if len(thought) > 2000:
        raise UsageError("A thought has at most 2,000 characters.", "Capture the first line; the rest can wait.")
    return thought
