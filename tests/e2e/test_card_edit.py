"""Cards in a real terminal: the editor gets the screen and gives it back; a typed answer needs no colour."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.e2e.test_study_day import STUDYCTL, command
from tests.helpers import write

DECK = """
    # by hand
    schema = 1
    deck = "mine"
    title = "Mine"

    [[card]]
    id = "own-type"
    kind = "type"
    front = "Which command lists the pods?"
    answer = "kubectl get pods"
    source = "me"
"""
EDITOR = """
    import sys
    path = sys.argv[1]
    print("EDITING", path, flush=True)
    while sys.stdin.readline().strip() != "save":
        pass
    text = open(path).read()
    open(path, "w").write(text.replace("pods?", "pods of a cluster?"))
"""


def test_the_editor_gets_the_screen_and_undo_survives_a_restart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    deck = write(home / "cards" / "mine.toml", DECK)
    before = deck.read_text()
    editor = shlex.join([sys.executable, str(write(tmp_path / "editor.py", EDITOR))])
    with Terminal(STUDYCTL, home, VISUAL=editor, NO_COLOR="1") as screen:
        screen.wait_for("first st")
        screen.press("enter", "enter")
        screen.wait_for("Docker and GPU containers")
        screen.press("r")
        screen.wait_for("1/10")
        screen.press("f", "id:own-type", "enter")
        screen.wait_for("Which command lists the pods?")
        screen.press("kubectl get pod", "enter")
        screen.wait_for("kubectl get pod[-s-]")
        screen.wait_for("> 1 Again")
        screen.press("e")
        screen.wait_for("EDITING")
        screen.press("save", "enter")
        screen.wait_for("pods of a cluster?")
        screen.wait_for("Stored: edit own-type.")
        assert deck.read_text() == before.replace("pods?", "pods of a cluster?")
        screen.press("q")
        assert screen.wait_exit() == 0
    assert command(home, "review", "undo")["summary"] == "edit own-type"
    assert deck.read_text() == before


def test_an_editor_that_fails_gives_the_screen_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(home / "cards" / "mine.toml", DECK)
    command(home, "settings", "set", "start_date", "2026-11-02")
    failing = shlex.join([sys.executable, "-c", "raise SystemExit(3)"])
    with Terminal([*STUDYCTL, "review", "--filter", "id:own-type"], home, VISUAL=failing) as screen:
        screen.wait_for("Which command lists the pods?")
        screen.press("kubectl get pods", "enter")
        screen.wait_for("[=] Right.")
        screen.press("e")
        screen.wait_for("ended with code 3: nothing was stored.")
        screen.press("!", "still here", "enter")
        screen.wait_for("! flagged: still here")
        screen.press("q")
        assert screen.wait_exit() == 0
