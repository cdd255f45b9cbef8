"""The simulation of the workload curve behind its page: a thread of its own, looked at by the screen."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.review_statistics import Workload


class _CancelledError(Exception):
    """Nobody waits for the simulation any more."""


class WorkloadRun:
    """At most one simulation at a time. `done` of `of` steps are behind it; then `found` or `error` is there."""

    def __init__(self) -> None:
        self.done = 0
        self.of = 0
        self.found: Workload | None = None
        self.error: StudyError | None = None
        self._thread: Thread | None = None
        self._cancelled = False

    @property
    def active(self) -> bool:
        """True until the simulation has ended."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def state(self) -> tuple[int, int, bool]:
        """Differs where something else is to be shown."""
        return self.done, self.of, self.active

    def start(self, container: Container) -> None:
        """Begin, unless one is under way; what was simulated before and is still right comes at once."""
        if self.active:
            return
        self.done, self.of, self.error, self._cancelled = 0, 0, None, False
        self._thread = Thread(target=self._run, args=(container,), name="workload", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End at the next step and wait for it."""
        self._cancelled = True
        if self._thread is not None:
            self._thread.join()

    def _run(self, container: Container) -> None:
        try:
            self.found = container.statistics.workload(self._step)
        except StudyError as error:
            self.error = error
        except _CancelledError:
            return

    def _step(self, done: int, of: int) -> None:
        if self._cancelled:
            raise _CancelledError
        self.done, self.of = done, of
