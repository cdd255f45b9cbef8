"""Runs the referee as the application does: a child process whose stdout is the event stream."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST_LABS = Path(__file__).with_name("labs")


@dataclass(frozen=True)
class Run:
    """What one run of the referee left: exit code, events and talk."""

    code: int
    events: list[dict[str, Any]]
    stderr: str

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]

    @property
    def verdict(self) -> str:
        return str(self.last["verdict"])

    @property
    def learner_log(self) -> str:
        return "\n".join(e["text"] for e in self.events if e["event"] == "log" and e["source"] == "learner")

    @property
    def failed(self) -> list[str]:
        return [check["id"] for check in self.last["checks"] if not check["passed"]]


def referee(*arguments: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "graders", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    events = [json.loads(line) for line in lines] if arguments[0] == "run" else []
    return Run(done.returncode, events, done.stderr)


@pytest.fixture
def double(tmp_path: Path) -> Callable[..., Run]:
    """Grade the given source in the test lab ``double``."""

    def grade(source: str, *arguments: str) -> Run:
        solution = tmp_path / "solution.py"
        solution.write_text(dedent(source), encoding="utf-8")
        return referee("run", "double", "--labs", str(TEST_LABS), "--solution", str(solution), *arguments)

    return grade


def grade_lab(slug: str, file: str, *arguments: str) -> Run:
    """Grade a file of a real lab; a noisy machine gets two more tries."""
    for _ in range(3):
        run = referee("run", slug, "--solution", str(ROOT / "labs" / slug / file), *arguments)
        if run.last.get("verdict") != "noisy":
            break
    return run
