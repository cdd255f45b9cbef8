"""One study day, typed as a person would type it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.terminal import Terminal

STUDYCTL = [sys.executable, "-m", "studyctl"]


def command(home: Path, *arguments: str) -> Any:
    """The JSON document of a command over the same home, while the TUI may be open."""
    import os

    done = subprocess.run(
        [*STUDYCTL, *arguments, "--json"],
        env={**os.environ, "STUDYCTL_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_first_start_sprint_kill_and_return(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Terminal(STUDYCTL, home) as screen:
        screen.wait_for("first st")
        screen.press("enter", "enter")
        screen.wait_for("Docker and GPU containers")
        screen.press("space")
        screen.wait_for("claimed")
        screen.press("s")
        screen.wait_for("micro-target")
        screen.press("enter")
        screen.wait_for("survives quit and kill")
        screen.press("o", "rder an SSD", "enter")
        screen.wait_for("acked")
        assert command(home, "inbox", "list")[0]["text"] == "order an SSD"
        screen.kill()

    status = command(home, "sprint", "status")
    assert status["state"] == "running"
    assert status["sprint"]["interruptions"] == 1
    assert command(home, "today")["view"]["completion"]["done"] == 1

    with Terminal(STUDYCTL, home) as screen:
        screen.wait_for("Sprint runs until")
        screen.press("s")
        screen.wait_for("order an SSD")
        screen.press("f8")
        screen.wait_for("1 interruption")
        screen.press("esc")
        screen.wait_for("Docker and GPU containers")
        screen.press("q")
        assert screen.wait_exit() == 0
    assert command(home, "sprint", "status") is None


def test_a_change_by_a_command_appears_on_the_open_screen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Terminal(STUDYCTL, home) as screen:
        screen.wait_for("first st")
        screen.press("enter", "enter")
        screen.wait_for("0/26 done")
        command(home, "tick", "p90/1/objective/1")
        screen.wait_for("1/26 done")
        screen.press("r")
        screen.wait_for("p90-week1  1/9")
        screen.press("space")
        screen.wait_for("source:")
        screen.press("4")
        screen.wait_for("last: Easy")
        screen.press("q")
        assert screen.wait_exit() == 0
    assert command(home, "review", "due")["counts"]["new"] == 8


def test_a_damaged_database_is_explained_and_sets_the_exit_code(tmp_path: Path) -> None:
    database = tmp_path / "home" / "data" / "studyctl.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not a database at all" * 400)
    with Terminal(STUDYCTL, tmp_path / "home") as screen:
        shown = screen.wait_for("damaged")
        assert "Traceback" not in shown
        screen.press("q")
        assert screen.wait_exit() == 4


def test_a_tiny_terminal_still_works(tmp_path: Path) -> None:
    with Terminal(STUDYCTL, tmp_path / "home", columns=40, rows=10) as screen:
        screen.wait_for("first st")
        screen.press("enter", "enter")
        screen.wait_for("Day 1/90")
        for key in ("r", "esc", "l", "esc", "p", "esc", "v", "esc", "i", "esc", "?", "esc"):
            screen.press(key)
        assert "Traceback" not in screen.text
        screen.press("q")
        assert screen.wait_exit() == 0


def test_without_colour_everything_is_still_said(tmp_path: Path) -> None:
    with Terminal(STUDYCTL, tmp_path / "home", NO_COLOR="1") as screen:
        screen.wait_for("first st")
        screen.press("enter", "enter")
        shown = screen.wait_for("[>]")
        assert "[ ]" in shown
        screen.press("q")
        assert screen.wait_exit() == 0
