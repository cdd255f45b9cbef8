"""What the lab screen asks of the services; all of it runs on the service thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.domain.labs import LabRecord
from studyctl.domain.outcome import Outcome
from studyctl.errors import StudyError
from studyctl.tui.controllers.lab_runs import LabRun, Spawn
from studyctl.tui.controllers.run_state import Event, RunStatus
from studyctl.tui.desk import Job

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.lab_hints import HintsTaken
    from studyctl.services.labs import Started
    from studyctl.services.plan import LabView
    from studyctl.services.predictions import Asked
    from studyctl.tui.app import StudyApp


@dataclass(frozen=True)
class LabPage:
    """What the screen shows of a lab. `records` are newest first."""

    view: LabView
    readme: str
    path: Path
    begun: bool
    records: tuple[LabRecord, ...]
    asked: tuple[Asked, ...]


def read_page(container: Container, slug: str) -> LabPage:
    """Everything about a lab; one without a page shows its question instead."""
    lab = container.resolve.lab(slug).lab
    try:
        readme = container.labs.readme(lab)
    except StudyError as error:
        readme = f"# {lab.title}\n\n{error.message}"
    readme += _hints(container.hints.taken(lab))
    path = container.labs.solution_path(lab)
    records = tuple(reversed(container.labs.records(lab.slug)))
    asked = container.predictions.asked(lab)
    return LabPage(container.labs.view(lab), readme, path, path.is_file(), records, asked)


def take_hint(container: Container, slug: str) -> Outcome[HintsTaken]:
    """Take the next hint."""
    return container.hints.take(container.resolve.lab(slug).lab)


def _hints(taken: HintsTaken) -> str:
    if not taken.hints:
        return ""
    lines = [f"{number}. {hint.text} (cost {hint.cost})" for number, hint in enumerate(taken.hints, start=1)]
    return "\n\n## Hints you have taken\n\n" + "\n".join(lines) + "\n"


def begin(container: Container, slug: str) -> Started:
    """Copy the starter."""
    return container.labs.start(container.resolve.lab(slug).lab)


def prepare(container: Container, slug: str, now_ms: int) -> tuple[LabRun, Spawn]:
    """A checked request, and what starts its referee."""
    choice = container.resolve.lab(slug)
    return LabRun(choice, container.labs.request(choice.lab), now_ms), container.labs.run


def recorder(app: StudyApp) -> Callable[[LabRun, Event], None]:
    """What stores a verdict; the run's own thread calls it, even where the screen that began it is gone."""

    def record(run: LabRun, verdict: Event) -> None:
        app.desk.submit(Job(lambda container: store(container, run, verdict), app, None, None))

    return record


def store(container: Container, run: LabRun, verdict: Event) -> Outcome[LabRecord]:
    """Store the record; a run whose record cannot be stored still shows its verdict, and why."""
    try:
        outcome = container.labs.store(run.choice, run.request, verdict)
    except StudyError as error:
        run.state.end(RunStatus.GRADED, error=error)
        raise
    run.state.end(RunStatus.GRADED, record=outcome.value, results=container.predictions.results(outcome.value))
    return outcome
