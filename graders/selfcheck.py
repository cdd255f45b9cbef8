"""Proves the labs themselves: starters do not pass, references pass, each mutant fails its named check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graders import manifest
from graders.manifest import Lab

ROOT = Path(__file__).resolve().parent.parent
NOISY_RETRIES = 2
UNAVAILABLE = 3


@dataclass(frozen=True)
class Case:
    """One file of a lab and what must come out; ``fails`` names the check that a mutant must fail."""

    name: str
    file: Path
    passes: bool
    fails: str | None = None


@dataclass(frozen=True)
class CaseResult:
    """What came out. ``ok`` is None when this machine cannot run the lab, or was too busy in every attempt."""

    lab: str
    case: str
    expected: str
    verdict: str
    failed_checks: list[str]
    ok: bool | None
    attempts: int
    seconds: float
    reason: str


def check_labs(slugs: Sequence[str], labs: Path, *, as_json: bool) -> int:
    """Run every case of the labs (all without ``slugs``), print one line each, return 1 when one is wrong."""
    chosen = [manifest.find(slug, labs) for slug in slugs] if slugs else manifest.load_all(labs)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="graders-") as folder:
        for lab in chosen:
            for case in cases(lab):
                result = run_case(lab, case, "--ceilings", str(Path(folder) / "ceilings.json"))
                wrong += result.ok is False
                sys.stdout.write((json.dumps(asdict(result)) if as_json else _line(result)) + "\n")
                sys.stdout.flush()
    return 1 if wrong else 0


def cases(lab: Lab) -> Iterator[Case]:
    """Yield starter, reference and mutants of ``lab``."""
    yield Case("starter", lab.folder / "starter.py", passes=False)
    yield Case("reference", lab.folder / "reference.py", passes=True)
    for mutant in lab.mutants:
        yield Case(f"mutant:{mutant.name}", lab.folder / mutant.file, passes=False, fails=mutant.fails)


def run_case(lab: Lab, case: Case, *arguments: str) -> CaseResult:
    """Grade the file in a referee process of its own; a noisy outcome is tried again."""
    began = time.perf_counter()
    expected = "passed" if case.passes else f"failed {case.fails}" if case.fails else "not passed"
    attempts, verdict = 1, grade(lab, case.file, *arguments)
    while verdict["verdict"] == "noisy" and attempts <= NOISY_RETRIES:
        attempts, verdict = attempts + 1, grade(lab, case.file, *arguments)
    failed = [check["id"] for check in verdict["checks"] if not check["passed"]]
    return CaseResult(
        lab=lab.slug,
        case=case.name,
        expected=expected,
        verdict=verdict["verdict"],
        failed_checks=failed,
        ok=_as_expected(case, verdict["verdict"], failed),
        attempts=attempts,
        seconds=round(time.perf_counter() - began, 1),
        reason=verdict["reason"],
    )


def grade(lab: Lab, solution: Path, *arguments: str) -> dict[str, Any]:
    """Run ``python -m graders run`` and return its last event; a machine that cannot run it gives "unavailable"."""
    command = [sys.executable, "-P", "-m", "graders", "run", lab.slug, "--labs", str(lab.folder.parent)]
    done = subprocess.run(
        [*command, "--solution", str(solution), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    last: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    if done.returncode == UNAVAILABLE:
        return {"verdict": "unavailable", "checks": [], "reason": f"{last.get('why')}: {last.get('install')}"}
    if last.get("event") != "verdict":
        return {"verdict": "broken", "checks": [], "reason": done.stderr.strip()[-2000:]}
    return last


def _as_expected(case: Case, verdict: str, failed: list[str]) -> bool | None:
    if verdict in {"unavailable", "noisy"}:
        return None
    if verdict == "broken":
        return False
    if case.passes:
        return verdict == "passed"
    if case.fails is not None:
        return verdict == "failed" and case.fails in failed
    return verdict != "passed"


def _line(result: CaseResult) -> str:
    mark = {True: "ok  ", False: "BAD ", None: "open"}[result.ok]
    return (
        f"{mark} {result.lab:24} {result.case:28} {result.verdict:8} {result.seconds:6.1f} s"
        f"  {', '.join(result.failed_checks)}" + ("" if result.ok else f"  ({result.reason})")
    )
