"""Grades a submission of the suite and says whether the referee did right."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graders import manifest
from graders.selfcheck import grade
from tests.cheats.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS = 3  # a noisy verdict is neither caught nor refused; only then another run
ROOM_FOR_NOISE = 1.3
HOW_LONG = 240


@dataclass(frozen=True)
class Judged:
    """What came out; ``right`` is None where the lab cannot run on this machine."""

    name: str
    lab: str
    expect: str
    verdict: str
    failed: list[str]
    seconds: float
    right: bool | None
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def judge(submission: Submission) -> Judged:
    """Grade once, and again while the machine cannot decide."""
    began = time.perf_counter()
    if submission.needs == "namespace" and not _namespaces():
        why = "this kernel has no namespaces to keep it in"
        return Judged(submission.name, submission.lab, submission.expect, "unavailable", [], 0.0, None, why)
    lab = manifest.find(submission.lab)
    event: dict[str, Any] = {}
    for _ in range(ATTEMPTS):
        event = grade(lab, submission.path, "--ceilings", str(_ceilings()))
        if event["verdict"] != "noisy":
            break
    return Judged(
        submission.name,
        submission.lab,
        submission.expect,
        event["verdict"],
        [check["id"] for check in event["checks"] if not check["passed"]],
        round(time.perf_counter() - began, 1),
        _right(submission, event),
        str(event.get("reason", "")),
    )


def _right(submission: Submission, event: dict[str, Any]) -> bool | None:
    verdict, expect = event["verdict"], submission.expect
    if verdict == "unavailable":
        return None
    if verdict == "broken":
        return False
    if expect == "not passed":
        return verdict not in {"passed", "noisy"}
    if expect == "passed":
        return verdict in {"passed", "noisy"}
    if expect == "only slow":
        return verdict in {"passed", "noisy"} or (verdict == "failed" and _only_timing(submission.lab, event))
    metric = expect.removeprefix("no gain").strip()
    if verdict != "passed":
        return verdict != "broken"
    return float(event["metrics"][metric]) <= ROOM_FOR_NOISE * _reference_metric(submission.lab, metric)


def _only_timing(slug: str, event: dict[str, Any]) -> bool:
    return all(check["passed"] or check["timing"] for check in event["checks"])


@cache
def _reference_metric(slug: str, metric: str) -> float:
    lab = manifest.find(slug)
    return float(grade(lab, lab.folder / "reference.py", "--ceilings", str(_ceilings()))["metrics"][metric])


@cache
def _namespaces() -> bool:
    code = "from graders import isolation, kernel; kernel.unshare(isolation.NEW_NAMESPACES)"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


@cache
def _ceilings() -> Path:
    """Measured once for the whole suite, in a file of this process."""
    folder = tempfile.mkdtemp(prefix="cheats-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "ceilings.json"
    subprocess.run(
        [sys.executable, "-m", "graders", "calibrate", "--save", str(path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=HOW_LONG,
    )
    json.loads(path.read_text())
    return path
