"""A killed process loses nothing that it acknowledged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_twenty_kills_at_random_moments_lose_no_acknowledged_act() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.killer", "--kills", "20", "--seed", "7"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stdout, done.stderr
    tally = json.loads(done.stdout)
    assert tally["kills"] == 20
    assert tally["acknowledged"] > 20, "the children must have worked, or nothing was tested"
    assert tally["lost"] == []
    assert tally["damaged"] == []
