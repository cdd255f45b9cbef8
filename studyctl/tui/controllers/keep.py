"""What outlives a screen while the program runs: what works behind it, and a question half answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from studyctl.tui.controllers.background_fit import FitBehind
from studyctl.tui.controllers.lab_runs import LabRuns
from studyctl.tui.controllers.workload_run import WorkloadRun

if TYPE_CHECKING:
    from studyctl.tui.app import StudyApp
    from studyctl.tui.controllers.interview_session import InterviewSession


@dataclass
class Keep:
    """The kept things of one application."""

    runs: LabRuns = field(default_factory=LabRuns)
    fit: FitBehind = field(default_factory=FitBehind)
    workload: WorkloadRun = field(default_factory=WorkloadRun)
    interview: InterviewSession | None = None


_KEPT: WeakKeyDictionary[StudyApp, Keep] = WeakKeyDictionary()


def kept(app: StudyApp) -> Keep:
    """What is kept for an application."""
    return _KEPT.setdefault(app, Keep())


def close_kept(app: StudyApp) -> None:
    """End what would outlive the program."""
    if app in _KEPT:
        ended = _KEPT.pop(app)
        ended.runs.close()
        ended.workload.close()
        ended.fit.close(app)
