"""What a lab run has said so far: events go in one by one from any thread, a snapshot comes out when a screen asks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock
from typing import Any

from studyctl.domain.labs import LabRecord
from studyctl.domain.predictions import FigureResult
from studyctl.errors import StudyError

Event = dict[str, Any]
Points = dict[str, tuple[tuple[float, float], ...]]

LOG_LINES = 500
PLOT_POINTS = 1000
LOG_LINE_LENGTH = 1000


class RunStatus(Enum):
    """Where a run stands; `RUNNING` is the only one that still changes by itself."""

    RUNNING = "running"
    STORING = "storing"
    GRADED = "graded"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """True where nothing more comes."""
        return self in (RunStatus.GRADED, RunStatus.CANCELLED, RunStatus.FAILED)


@dataclass(frozen=True)
class Progress:
    """Progress inside a phase."""

    done: int = 0
    total: int = 0
    label: str = ""

    @property
    def share(self) -> float:
        """Share in [0, 1]; 0 where no total is known."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else 0.0


@dataclass(frozen=True)
class RunSnapshot:
    """One moment of a run. `phases` are the names announced so far, `of` how many there will be."""

    version: int = 0
    status: RunStatus = RunStatus.RUNNING
    device: str = ""
    profile: str = ""
    phases: tuple[str, ...] = ()
    of: int = 0
    progress: Progress = Progress()
    learner_log: tuple[str, ...] = ()
    referee_log: tuple[str, ...] = ()
    points: Points = field(default_factory=dict)
    verdict: Event | None = None
    record: LabRecord | None = None
    results: tuple[FigureResult, ...] = ()
    error: StudyError | None = None


class RunState:
    """Collects events. Reading and writing from different threads is safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = 0
        self._status = RunStatus.RUNNING
        self._start: Event = {}
        self._phases: list[str] = []
        self._of = 0
        self._progress = Progress()
        self._logs: dict[str, deque[str]] = {"learner": deque(maxlen=LOG_LINES), "referee": deque(maxlen=LOG_LINES)}
        self._points: dict[str, deque[tuple[float, float]]] = {}
        self._verdict: Event | None = None
        self._record: LabRecord | None = None
        self._results: tuple[FigureResult, ...] = ()
        self._error: StudyError | None = None

    @property
    def version(self) -> int:
        """Grows with every change, so that a screen redraws only when there is something new."""
        return self._version

    @property
    def status(self) -> RunStatus:
        """Where the run stands."""
        return self._status

    def take(self, event: Event) -> None:
        """Note one event of the referee; one that is not known is passed over."""
        with self._lock:
            self._version += 1
            match event.get("event"):
                case "start":
                    self._start = event
                case "phase":
                    self._phases.append(str(event.get("name", "")))
                    self._of = int(event.get("of", 0))
                    self._progress = Progress()
                case "progress":
                    self._progress = Progress(
                        int(event.get("done", 0)), int(event.get("total", 0)), str(event.get("label", ""))
                    )
                case "log":
                    self._note(event)
                case "point":
                    self._plot(event)
                case "verdict":
                    self._verdict = event
                    self._status = RunStatus.STORING

    def end(
        self,
        status: RunStatus,
        *,
        record: LabRecord | None = None,
        results: tuple[FigureResult, ...] = (),
        error: StudyError | None = None,
    ) -> None:
        """Close the run; `results` are its figures."""
        with self._lock:
            self._version += 1
            self._status = status
            self._record = record
            self._results = results
            self._error = error

    def snapshot(self) -> RunSnapshot:
        """Everything so far, copied."""
        with self._lock:
            return RunSnapshot(
                version=self._version,
                status=self._status,
                device=str(self._start.get("device", "")),
                profile=str(self._start.get("profile", "")),
                phases=tuple(self._phases),
                of=self._of,
                progress=self._progress,
                learner_log=tuple(self._logs["learner"]),
                referee_log=tuple(self._logs["referee"]),
                points={name: tuple(sent) for name, sent in self._points.items()},
                verdict=self._verdict,
                record=self._record,
                results=self._results,
                error=self._error,
            )

    def _note(self, event: Event) -> None:
        source = "learner" if event.get("source") == "learner" else "referee"
        self._logs[source].append(str(event.get("text", ""))[:LOG_LINE_LENGTH])

    def _plot(self, event: Event) -> None:
        x, y = event.get("x"), event.get("y")
        if isinstance(x, int | float) and isinstance(y, int | float):
            series = self._points.setdefault(str(event.get("series", "")), deque(maxlen=PLOT_POINTS))
            series.append((float(x), float(y)))
