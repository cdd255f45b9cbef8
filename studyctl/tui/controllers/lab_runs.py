"""The one lab run of the application. It outlives the screen that started it; leaving the program ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol

from studyctl.domain.labs import Lab
from studyctl.errors import ConflictError, StudyError
from studyctl.tui.controllers.run_state import Event, RunState, RunStatus

if TYPE_CHECKING:
    from studyctl.services.lab_runner import RunRequest
    from studyctl.services.resolve import LabChoice


class Referee(Protocol):
    """What can be cancelled."""

    def cancel(self) -> None:
        """End the run."""


Spawn = Callable[["RunRequest"], tuple[Referee, Iterator[Event]]]


class LabRun:
    """One run: what is graded, and what was said so far."""

    def __init__(self, choice: LabChoice, request: RunRequest, started_ms: int) -> None:
        self.choice = choice
        self.request = request
        self.started_ms = started_ms
        self.state = RunState()
        self._lock = Lock()
        self._referee: Referee | None = None
        self._cancelled = False

    @property
    def lab(self) -> Lab:
        """The lab that is graded."""
        return self.choice.lab

    @property
    def active(self) -> bool:
        """True until the run has ended and its record is stored."""
        return not self.state.status.ended

    def read(self, spawn: Spawn, graded: Callable[[LabRun, Event], None]) -> None:
        """Start the referee and read it to its end; `graded` gets the verdict. Runs in a thread of its own."""
        try:
            verdict = self._events(spawn)
        except StudyError as error:
            ended = RunStatus.CANCELLED if self._cancelled else RunStatus.FAILED
            self.state.end(ended, error=None if self._cancelled else error)
            return
        if verdict is None or self._cancelled:
            self.state.end(RunStatus.CANCELLED)
        else:
            graded(self, verdict)

    def cancel(self) -> None:
        """End the referee and everything that it started; returns when it is gone."""
        with self._lock:
            self._cancelled = True
            referee = self._referee
        if referee is not None:
            referee.cancel()

    def _events(self, spawn: Spawn) -> Event | None:
        verdict = None
        with self._lock:
            if self._cancelled:
                return None
            self._referee, events = spawn(self.request)
        for event in events:
            self.state.take(event)
            if event.get("event") == "verdict":
                verdict = event
        return verdict


class LabRuns:
    """Holds at most one running lab, and the last one that ended."""

    def __init__(self) -> None:
        self.latest: LabRun | None = None

    def running(self) -> LabRun | None:
        """The run that has not ended."""
        return self.latest if self.latest is not None and self.latest.active else None

    def of(self, slug: str) -> LabRun | None:
        """The newest run where it is one of this lab."""
        return self.latest if self.latest is not None and self.latest.lab.slug == slug else None

    def start(self, run: LabRun, spawn: Spawn, graded: Callable[[LabRun, Event], None]) -> None:
        """Begin to grade in a thread of its own.

        Raises:
            ConflictError: another run has not ended.
        """
        busy = self.running()
        if busy is not None:
            raise ConflictError(f"{busy.lab.title} is still running.", "Wait for its verdict, or cancel it with c.")
        self.latest = run
        Thread(target=run.read, args=(spawn, graded), name=f"lab {run.lab.slug}", daemon=True).start()

    def close(self) -> None:
        """End a run that is still going."""
        busy = self.running()
        if busy is not None:
            busy.cancel()
