"""A stored record gives its verdict again, and one changed byte is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.graders.conftest import ROOT, TEST_LABS, Run

Grade = Callable[..., Run]
RIGHT = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x\n"


def verify(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "graders", "verify", str(path), "--labs", str(TEST_LABS), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}


@pytest.mark.parametrize(("source", "verdict"), [(RIGHT, "passed"), (WRONG, "failed")])
def test_the_samples_give_the_verdict_again(double: Grade, tmp_path: Path, source: str, verdict: str) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(double(source).last, indent=2))
    code, found = verify(record, "--solution", str(tmp_path / "solution.py"))
    assert code == 0
    assert (found["verdict"], found["derived"], found["sealed"], found["holds"]) == (verdict, verdict, True, True)
    assert found["changed"] == []


def test_every_flipped_byte_is_found(double: Grade, tmp_path: Path) -> None:
    text = json.dumps(double(RIGHT).last)
    record = tmp_path / "record.json"
    missed = []
    digits = [n for n, letter in enumerate(text) if letter.isdigit() and text[n - 1] in " .123456789"]
    for place in digits[:: max(1, len(digits) // 12)]:
        flipped = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
        record.write_text(flipped)
        if verify(record)[0] == 0:
            missed.append(text[max(0, place - 30) : place + 5])
    assert missed == []


def test_samples_that_say_something_else_are_found_even_under_a_fresh_seal(double: Grade, tmp_path: Path) -> None:
    from graders.fingerprint import of_event

    event = double(WRONG).last
    event["verdict"] = "passed"
    event["seal"] = of_event(event)
    record = tmp_path / "record.json"
    record.write_text(json.dumps(event))
    code, found = verify(record)
    assert (code, found["sealed"], found["holds"]) == (1, True, False)
    assert "its samples say failed" in found["differences"][0]


def test_a_solution_that_changed_since_is_named(double: Grade, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(double(RIGHT).last))
    (tmp_path / "solution.py").write_text(WRONG)
    code, found = verify(record, "--solution", str(tmp_path / "solution.py"))
    assert (code, found["changed"]) == (0, ["solution"])


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", '{"lab": "double"}'):
        (tmp_path / "record.json").write_text(text)
        code, found = verify(tmp_path / "record.json")
        assert code == 2
        assert "no record" in found["stderr"]
