"""Hints that are remembered, records that are verified, ceilings that are kept, and a watch that grades each save."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
LAB = "paged-kv-allocator"
REFERENCE = ROOT / "labs" / LAB / "reference.py"


def test_hints_come_one_by_one_and_cost_more_each_time(cli: Cli) -> None:
    first, second = cli("lab", "hint", LAB, "--json").json, cli("lab", "hint", LAB, "--json").json
    assert (len(first["hints"]), len(second["hints"])) == (1, 2)
    assert second["hints"][0] == first["hints"][0]
    assert second["hints"][1]["cost"] > second["hints"][0]["cost"]
    assert second["cost"] == sum(hint["cost"] for hint in second["hints"])
    again = cli("lab", "hint", LAB, "--taken", "--json").json
    assert again == second


def test_after_the_last_hint_there_is_none(cli: Cli) -> None:
    while cli("lab", "hint", LAB, "--json").code == 0:
        pass
    done = cli("lab", "hint", LAB)
    assert done.code == 2
    assert "no further hint" in done.err
    assert "--taken" in done.err


def test_undo_does_not_unread_a_hint(cli: Cli) -> None:
    cli("lab", "hint", LAB)
    cli("undo")
    assert len(cli("lab", "hint", LAB, "--taken", "--json").json["hints"]) == 1


def test_the_record_keeps_what_the_hints_cost_and_can_be_verified(cli: Cli) -> None:
    cost = cli("lab", "hint", LAB, "--json").json["cost"]
    run = cli("lab", "run", LAB, "--solution", str(REFERENCE), "--json").json
    stored = json.loads(Path(run["record_path"]).read_text())
    assert stored["record"]["hints"]["taken"] == 1
    assert stored["record"]["hints"]["cost"] == cost
    done = cli("lab", "verify", run["record"], "--json")
    assert done.code == 0, done.err
    assert done.json["trusted"]
    assert done.json["derived"] == "passed"


def test_an_altered_record_is_found_by_its_seal_and_by_the_database(cli: Cli) -> None:
    run = cli("lab", "run", LAB, "--json", "--solution", str(ROOT / "labs" / LAB / "starter.py")).json
    path = Path(run["record_path"])
    text = path.read_text()
    path.write_text(text.replace('"verdict": "failed"', '"verdict": "passed"'))
    done = cli("lab", "verify", run["record"])
    assert done.code == 4
    assert "NOT TRUSTED" in done.out
    assert "the record says passed, its samples say failed" in done.out
    path.unlink()
    gone = cli("lab", "verify", run["record"])
    assert gone.code == 4
    assert "is gone" in gone.err


def test_a_record_that_does_not_exist_is_not_found(cli: Cli) -> None:
    done = cli("lab", "verify", "nothing")
    assert done.code == 2
    assert "studyctl lab records" in done.err


def test_calibration_is_shown_and_kept(cli: Cli, home: Path) -> None:
    done = cli("lab", "calibrate", "--json")
    assert done.code == 0, done.err
    kept = json.loads(next(home.rglob("ceilings.json")).read_text())["ceilings"]
    assert [entry["machine_id"] for entry in kept] == [done.json["machine_id"]]
    absent = cli("lab", "calibrate", "--device", "cuda:63")
    assert absent.code == 3


@pytest.mark.parametrize(("file", "code", "word"), [("reference.py", 0, "PASSED"), ("starter.py", 1, "[no] refusal")])
def test_a_save_is_graded_and_the_first_failing_check_shown(home: Path, file: str, code: int, word: str) -> None:
    command = [sys.executable, "-m", "studyctl", "lab", "watch", LAB, "--once"]
    environment = {**os.environ, "STUDYCTL_HOME": str(home)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "Watching" not in process.stderr.readline():
            pass
        time.sleep(0.5)  # the watcher of files starts after it said so
        solution = next(home.rglob("solution.py"))
        solution.write_text((ROOT / "labs" / LAB / file).read_text())
        out, _ = process.communicate(timeout=60)
    assert process.returncode == code
    assert word in out


def test_a_watch_ends_quietly(home: Path) -> None:
    command = [sys.executable, "-m", "studyctl", "lab", "watch"]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "STUDYCTL_HOME": str(home)}, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "Ctrl-C" in process.stderr.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
    assert "Traceback" not in talk
    assert process.returncode in (0, 130)
