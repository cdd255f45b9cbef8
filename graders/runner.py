"""Runs one experiment from start event to verdict event."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import Any, Protocol, cast

from graders import fingerprint, machine
from graders.context import Context, Request
from graders.errors import SubmissionError, UnavailableError, UsageError, Verdict
from graders.events import Sink
from graders.loading import load_trusted, siblings_importable
from graders.outcome import Outcome, observation
from graders.verdict import decide

GRADERS = Path(__file__).resolve().parent


class Experiment(Protocol):
    """The lab's ``experiment.py``."""

    def run(self, context: Context) -> Outcome:
        """Measure the solution and return what was found; SubmissionError may pass through."""


def run(request: Request, sink: Sink) -> Verdict:
    """Emit all events of one run and return its verdict."""
    lab = request.lab
    began = time.perf_counter()
    sink.emit(
        {
            "event": "start",
            "lab": lab.slug,
            "title": lab.title,
            "device": request.device,
            "profile": request.profile,
            "seed": request.seed,
            "solution": str(request.solution),
        }
    )
    before = _hashes(request)
    with siblings_importable(lab.folder), Context(request, sink) as context:
        experiment = cast(Experiment, load_trusted(lab.folder / "experiment.py", "experiment"))
        outcome, verdict, reason = _grade(experiment, context)
        changed = [name for name, digest in _hashes(request).items() if digest != before[name]]
        if changed:
            verdict, reason = "refused", f"files of {' and '.join(changed)} changed while the lab ran; run it again"
        record = _record(context, outcome, before)
    sink.emit(_verdict_event(request, outcome, verdict, reason, record, time.perf_counter() - began))
    return verdict


def _grade(experiment: Experiment, context: Context) -> tuple[Outcome, Verdict, str]:
    try:
        outcome = experiment.run(context)
    except SubmissionError as error:
        return Outcome(), error.verdict, str(error)
    except (UsageError, UnavailableError):
        raise  # no finding about the solution; the command line has an exit code for it
    except Exception as error:  # the edge of this process: the application is owed a verdict
        traceback.print_exc()
        return Outcome(), "error", f"the referee could not finish: {type(error).__name__}: {error}"
    verdict, reason = decide(outcome.checks, outcome.quietness)
    return outcome, verdict, reason


def _hashes(request: Request) -> dict[str, str]:
    return {
        "solution": fingerprint.of_bytes(request.source),
        "lab": fingerprint.of_folder(request.lab.folder),
        "graders": fingerprint.of_folder(GRADERS),
    }


def _record(context: Context, outcome: Outcome, hashes: dict[str, str]) -> dict[str, Any]:
    quiet = outcome.quietness
    return {
        "lab": context.lab.slug,
        "evidence": context.lab.evidence,
        "isolation": "process",
        "machine": machine.describe(context.device),
        "versions": machine.versions(),
        "seed": context.request.seed,
        "entropy": str(context.entropy),
        "profile": context.profile,
        "device": context.device,
        "options": dict(context.options),
        "cores": vars(context.request.placement),
        "sha256": hashes,
        "samples": outcome.samples,
        "intervals": {name: interval.as_dict() for name, interval in outcome.intervals.items()},
        "quietness": {
            "control": quiet.control.as_dict() if quiet.control else None,
            "involuntary_switches": quiet.scheduling.involuntary,
            "worker_cpu_s": quiet.scheduling.own_s,
            "core_busy_s": quiet.scheduling.core_busy_s,
            "foreign_share": quiet.scheduling.foreign_share,
            "busy": quiet.busy,
        },
    }


def _verdict_event(
    request: Request, outcome: Outcome, verdict: Verdict, reason: str, record: dict[str, Any], seconds: float
) -> dict[str, Any]:
    base: dict[str, str | float | int | None] = {
        "experiment_id": request.lab.slug,
        "hardware": machine.hardware(record["machine"]),
    }
    return {
        "event": "verdict",
        "lab": request.lab.slug,
        "verdict": verdict,
        "evidence": request.lab.evidence,
        "reason": reason,
        "checks": [check.as_dict() for check in outcome.checks],
        "metrics": outcome.metrics,
        "plots": [plot.as_dict() for plot in outcome.plots],
        "tables": [table.as_dict() for table in outcome.tables],
        "observation": observation({**base, **outcome.observation}),
        "record": record,
        "seconds": seconds,
    }
