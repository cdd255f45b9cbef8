"""Runs one experiment from start event to verdict event."""

from __future__ import annotations

import json
import re
import time
import traceback
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

from graders import fingerprint, gpu, machine
from graders.context import Context, Request
from graders.errors import SubmissionError, UnavailableError, UsageError, Verdict
from graders.events import Sink, finite
from graders.loading import load_trusted, siblings_importable
from graders.manifest import Lab
from graders.measurement import watching
from graders.outcome import Outcome, Samples, observation
from graders.text import clean
from graders.verdict import decide

GRADERS = Path(__file__).resolve().parent


MOST_ATTEMPTS = 3
ROOM_FOR_ANOTHER = 1.2  # a further attempt needs this many times what the last one took


class Experiment(Protocol):
    """The lab's ``experiment.py``: measures, and decides nothing."""

    def run(self, context: Context) -> Samples:
        """Return every raw number as JSON; SubmissionError may pass through."""


class Judge(Protocol):
    """The lab's ``judge.py``: a pure function from samples to findings, used again when a record is verified."""

    def judge(self, samples: Samples) -> Outcome:
        """Return checks, plots and tables; the same samples give the same outcome anywhere."""


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
    with siblings_importable(lab.folder):
        experiment = cast(Experiment, load_trusted(lab.folder / "experiment.py", "experiment"))
        judge = load_judge(lab)
        event = _measure_until_decided(request, sink, experiment, judge, before)
    event["seconds"] = time.perf_counter() - began
    sink.emit({**event, "seal": fingerprint.of_event(event)})
    return cast(Verdict, event["verdict"])


def load_judge(lab: Lab) -> Judge:
    """The lab's judge; its folder has to be importable while it is used."""
    return cast(Judge, load_trusted(lab.folder / "judge.py", "judge"))


def _measure_until_decided(
    request: Request, sink: Sink, experiment: Experiment, judge: Judge, before: dict[str, str]
) -> dict[str, Any]:
    """Measure, and again while the verdict is ``noisy`` and the lab's budget has room for another attempt."""
    began = time.perf_counter()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        started = time.perf_counter()
        with Context(request, sink, already_s=started - began) as context:
            states = [gpu.read(request.device)]
            with watching(partial(context.scheduling, context.workers)) as rounds:
                samples, outcome, verdict, reason = _grade(experiment, judge, context, states)
            changed = [name for name, digest in _hashes(request).items() if digest != before[name]]
            if changed:
                verdict, reason = "refused", f"files of {' and '.join(changed)} changed while the lab ran; run it again"
            record = _record(context, samples, outcome, before)
            record |= {"rounds": rounds, "gpu_states": states, "attempts": attempt}
        now = time.perf_counter()
        if verdict != "noisy" or (now - began) + ROOM_FOR_ANOTHER * (now - started) > lab_budget(request):
            break
        if attempt < MOST_ATTEMPTS:
            sink.emit({"event": "log", "source": "referee", "text": f"noisy, measuring again: {clean(reason)}"})
    return _verdict_event(request, outcome, verdict, reason, record)


def lab_budget(request: Request) -> float:
    """Hard limit of the whole run in seconds."""
    return request.lab.budget[request.profile]


def _grade(
    experiment: Experiment, judge: Judge, context: Context, states: list[gpu.State | None]
) -> tuple[Samples, Outcome, Verdict, str]:
    samples: Samples = {}
    try:
        # Through JSON with sorted keys, so that the judge sees now exactly what it will see in the stored record.
        samples = json.loads(json.dumps(finite(experiment.run(context)), sort_keys=True))
        states.append(gpu.read(context.device))
        outcome = judge.judge(samples)
        outcome.quietness = replace(outcome.quietness, gpu=gpu.disturbance(states))
    except SubmissionError as error:
        return samples, Outcome(), error.verdict, str(error)
    except (UsageError, UnavailableError):
        raise  # no finding about the solution; the command line has an exit code for it
    except Exception as error:  # the edge of this process: the application is owed a verdict
        traceback.print_exc()
        return samples, Outcome(), "error", f"the referee could not finish: {type(error).__name__}: {error}"
    verdict, reason = decide(outcome.checks, outcome.quietness)
    return samples, outcome, verdict, reason


def _hashes(request: Request) -> dict[str, str]:
    return {
        "solution": fingerprint.of_bytes(request.source),
        "lab": fingerprint.of_folder(request.lab.folder),
        "graders": fingerprint.of_folder(GRADERS),
    }


def _record(context: Context, samples: Samples, outcome: Outcome, hashes: dict[str, str]) -> dict[str, Any]:
    quiet = outcome.quietness
    return {
        "lab": context.lab.slug,
        "evidence": context.lab.evidence,
        "isolation": context.isolation(),
        "machine": machine.describe(context.device),
        "versions": machine.versions(),
        "seed": context.request.seed,
        "entropy": str(context.entropy),
        "profile": context.profile,
        "device": context.device,
        "options": {name: _without_login(value) for name, value in context.options.items()},
        "cores": vars(context.request.placement),
        "sha256": hashes,
        "hints": {
            "taken": context.request.hints,
            "of": len(context.lab.hints),
            "cost": sum(hint.cost for hint in context.lab.hints[: context.request.hints]),
        },
        "samples": samples,
        "intervals": {name: interval.as_dict() for name, interval in outcome.intervals.items()},
        "quietness": {
            "control": quiet.control.as_dict() if quiet.control else None,
            "involuntary_switches": quiet.scheduling.involuntary,
            "worker_cpu_s": quiet.scheduling.own_s,
            "stolen_s": quiet.scheduling.stolen_s,
            "core_busy_s": quiet.scheduling.core_busy_s,
            "foreign_share": quiet.scheduling.foreign_share,
            "busy": quiet.busy,
        },
    }


def _without_login(option: str) -> str:
    """An option without the user and password that an address may carry: records are shown and kept."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", option)


def _verdict_event(
    request: Request, outcome: Outcome, verdict: Verdict, reason: str, record: dict[str, Any]
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
    }
