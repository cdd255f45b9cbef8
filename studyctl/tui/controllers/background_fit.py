"""The fit of the weights behind the screens: begun, and its result stored, only while nothing must stay still."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from studyctl.domain.outcome import Outcome
from studyctl.errors import StudyError
from studyctl.tui.desk import Job
from studyctl.tui.messages import Broken

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.background_fit import Finding
    from studyctl.services.fit import Refit
    from studyctl.tui.app import StudyApp


class FitBehind:
    """At most one fit at a time, in a thread of its own. The application is the asker, as screens come and go."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._finding: Finding | None = None
        self._kept: Refit | None = None

    @property
    def busy(self) -> bool:
        """True from the beginning of a fit until its result is stored."""
        return self._thread is not None or self._finding is not None

    def consider(self, app: StudyApp) -> None:
        """Cards were answered: have it looked whether a fit is due."""
        app.desk.submit(Job(lambda container: self._begin(app, container), app, None, None))

    def settle(self, app: StudyApp) -> None:
        """Have a result stored that waits for it."""
        if self._finding is not None:
            app.desk.submit(Job(self._store, app, None, None))

    def take_kept(self) -> Refit | None:
        """The fit that was kept since the last call."""
        kept, self._kept = self._kept, None
        return kept

    def close(self, app: StudyApp) -> None:
        """Wait for a fit that is under way, and queue its result."""
        if (thread := self._thread) is not None:
            thread.join()
        self.settle(app)

    def _begin(self, app: StudyApp, container: Container) -> None:
        if not self.busy and container.background_fit.due():
            self._thread = Thread(target=self._fit, args=(app, container), name="fit", daemon=True)
            self._thread.start()

    def _fit(self, app: StudyApp, container: Container) -> None:
        try:
            self._finding = container.background_fit.look()
        except StudyError:
            pass  # nothing was asked for, so nothing is said; the next session tries again
        except Exception as error:  # the edge of this thread: the application raises it
            app.post_message(Broken(error))
        finally:
            self._thread = None

    def _store(self, container: Container) -> Outcome[Refit | None]:
        finding, self._finding = self._finding, None
        if finding is None:
            return Outcome(None)
        outcome = container.background_fit.store(finding)
        self._kept = outcome.value or self._kept
        return outcome
