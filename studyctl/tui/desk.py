"""The one thread on which services are called, in the order in which screens asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.message_pump import MessagePump

from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import StudyError
from studyctl.tui.messages import Broken, Changed, ContainerFailed, ContainerReady, Refused, Served

if TYPE_CHECKING:
    from studyctl.container import Container

Post = Callable[[Message], object]


@dataclass(frozen=True)
class Job:
    """A call of a service, and who wants the answer."""

    work: Callable[[Container], Any]
    asker: MessagePump
    then: Callable[[Any], None] | None
    failed: Callable[[StudyError], None] | None


class Desk:
    """Opens the container, then serves one job after another. `post` delivers to the application."""

    def __init__(self, opener: Callable[[], Container], post: Post) -> None:
        self._opener = opener
        self._post = post
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._pending = 0
        self._lock = Lock()
        self._version = 0
        self._thread = Thread(target=self._serve, name="services", daemon=True)
        self.container: Container | None = None

    @property
    def idle(self) -> bool:
        """True where every job was served."""
        return self._pending == 0

    def start(self) -> None:
        """Begin serving; jobs given before wait."""
        self._count(+1)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job."""
        self._count(+1)
        self._jobs.put(job)

    def watch(self, asker: MessagePump) -> None:
        """Queue a look for changes that came from outside; `Changed` follows where there were any."""
        if self.idle and self.container is not None:
            self.submit(Job(self._look, asker, None, None))

    def close(self) -> None:
        """Serve what is queued, then end."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _serve(self) -> None:
        try:
            self.container = self._opener()
            with suppress(StudyError):  # a wrong deck is told when its cards are asked for
                self.container.context.shelf.sync()
            self._version = self.container.context.database.version()
            self._post(ContainerReady(self.container.settings.is_first_start()))
        except StudyError as error:
            self._post(ContainerFailed(error))
        except Exception as error:  # the edge of this thread: the application raises it
            self._post(Broken(error))
        self._count(-1)
        while (job := self._jobs.get()) is not None:
            if self.container is not None:
                self._do(job, self.container)
            self._count(-1)
        if self.container is not None:
            self.container.close()

    def _do(self, job: Job, container: Container) -> None:
        try:
            result = job.work(container)
        except StudyError as error:
            job.asker.post_message(Refused(error, job.failed))
            return
        except Exception as error:  # the edge of this thread: the application raises it
            self._post(Broken(error))
            return
        value = result.value if isinstance(result, Outcome) else result
        if job.then is not None:
            job.asker.post_message(Served(job.then, value))
        if isinstance(result, Outcome) and result.changes:
            self._post(Changed(result.changes))

    def _look(self, container: Container) -> Outcome[None]:
        with suppress(StudyError):  # a wrong deck is told when its cards are asked for
            container.context.shelf.sync()
        version = container.context.database.version()
        seen, self._version = self._version, version
        return Outcome(None, frozenset(Area)) if version != seen else Outcome(None)

    def _count(self, step: int) -> None:
        with self._lock:
            self._pending += step
