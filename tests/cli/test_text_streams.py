"""Encodings that lack a character, bytes that are no text, and a reader that leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.helpers import write

STUDYCTL = (sys.executable, "-m", "studyctl")
DECK = """
    schema = 1
    deck = "mine"
    title = "Mine"

    [[card]]
    id = "own-sign"
    front = "Größe → wie viel?"
    back = "5 µs"
    source = "me"
"""


def run(home: Path, *arguments: str, encoding: str = "utf-8", typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command as a program of its own."""
    environment = {**os.environ, "STUDYCTL_HOME": str(home), "PYTHONIOENCODING": encoding}
    return subprocess.run([*STUDYCTL, *arguments], env=environment, input=typed, capture_output=True, timeout=60)


def test_characters_that_the_terminal_lacks_are_written_out(tmp_path: Path) -> None:
    write(tmp_path / "cards" / "mine.toml", DECK)
    done = run(tmp_path, "review", "--plain", "--filter", "deck:mine", encoding="ascii:strict")
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"Gr\xf6\xdfe \u2192 wie viel?" in done.stdout
    shown = run(tmp_path, "cards", "show", "own-sign", "--json", encoding="latin-1")
    assert json.loads(shown.stdout)["card"]["front"] == "Größe → wie viel?"


def test_bytes_that_are_no_text_are_taken_as_typed_wrong(tmp_path: Path) -> None:
    write(tmp_path / "cards" / "mine.toml", DECK)
    arguments = ("review", "--plain", "--filter", "deck:mine")
    done = run(tmp_path, *arguments, encoding="utf-8:strict", typed=b"!\n\xff\nq\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Flagged: own-sign" in done.stdout
    refused = subprocess.run(
        [*map(os.fsencode, STUDYCTL), b"inbox", b"add", b"a\xff"],
        env={**os.environ, "STUDYCTL_HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
    )
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.startswith(b"studyctl: what was typed has a character that cannot be stored.")


def test_a_reader_that_leaves_is_no_failure(tmp_path: Path) -> None:
    environment = {**os.environ, "STUDYCTL_HOME": str(tmp_path)}
    command = [*STUDYCTL, "cards", "--limit", "5000"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(60) == 0
