"""Random histories across rollover hours and clock changes give what Anki's backend gives.

Needs a Python with the `anki` package: this one, or the one that STUDYCTL_ANKI_PYTHON names; skipped without.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.scheduling import Moment, Scheduler, fuzz_bounds

ZONE = ZoneInfo("Europe/Berlin")
HISTORIES = 60
HOURS = (0, 1, 2, 3, 4, 5, 9, 14, 22, 23)


@cache
def anki_python() -> str:
    """A Python that has Anki; empty where none was found."""
    for python in (os.environ.get("STUDYCTL_ANKI_PYTHON", ""), sys.executable):
        if python:
            found = subprocess.run([python, "-c", "import anki.collection"], capture_output=True, check=False)
            if found.returncode == 0:
                return python
    return ""


def histories(now: datetime) -> list[list[tuple[datetime, Rating]]]:
    """Reviews at awkward hours over more than a year, some of them on one day.

    Anki counts the days of the past with today's distance from UTC. The hours beside the rollover, where that moves a
    review of the other half of the year into the neighbouring day, are left out.
    """
    draw = random.Random(11)
    found = []
    while len(found) < HISTORIES:
        history: list[tuple[datetime, Rating]] = []
        day = now - timedelta(days=draw.randint(420, 500))
        for _ in range(draw.randint(2, 12)):
            hour = draw.choice(HOURS)
            moment = day.replace(hour=hour, minute=draw.choice((0, 1, 29, 58, 59)), second=draw.randint(1, 58))
            if moment.utcoffset() != now.utcoffset() and hour in (3, 4, 5):
                moment = moment.replace(hour=12)
            if history and moment <= history[-1][0]:
                moment = history[-1][0] + timedelta(minutes=7)
            if moment < now - timedelta(days=2):
                history.append((moment, draw.choice(list(Rating))))
            day += timedelta(days=draw.choice((0, 0, 1, 1, 2, 5, 13, 40, 80)))
        if len(history) > 1:
            found.append(history)
    return found


def ours(history: list[tuple[datetime, Rating]]) -> Memory:
    """Memory by our scheduler, each answer as one of a card in review."""
    memory = Memory()
    for moment, rating in history:
        at = Moment(to_millis(moment), study_day(moment))
        memory = replace(Scheduler().answer("card", memory, rating, at).memory, phase=Phase.REVIEW, suspended=False)
    return memory


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Memory, dict[str, Any]]]:
    """Our memory and Anki's answer for each history."""
    if not anki_python():
        pytest.skip("no Python with the anki package; STUDYCTL_ANKI_PYTHON names one")
    chosen = histories(datetime.now(ZONE))
    asked = [[(to_millis(moment), int(rating)) for moment, rating in history] for history in chosen]
    done = subprocess.run(
        [
            anki_python(),
            str(Path(__file__).with_name("anki_states.py")),
            str(tmp_path_factory.mktemp("anki") / "c.anki2"),
        ],
        input=json.dumps(asked),
        env={**os.environ, "TZ": "Europe/Berlin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [(ours(history), theirs) for history, theirs in zip(chosen, json.loads(done.stdout), strict=True)]


def test_stability_and_difficulty_are_ankis(compared: list[tuple[Memory, dict[str, Any]]]) -> None:
    assert len(compared) == HISTORIES
    for memory, theirs in compared:
        assert memory.stability == pytest.approx(theirs["stability"], rel=1e-3, abs=1e-4)
        assert memory.difficulty == pytest.approx(theirs["difficulty"], rel=1e-3, abs=1e-3)


def test_both_draw_dates_inside_the_same_fuzz_bounds(compared: list[tuple[Memory, dict[str, Any]]]) -> None:
    now = datetime.now(ZONE)
    moment = Moment(to_millis(now), study_day(now))
    model = Scheduler()
    for memory, theirs in compared:
        shown = model.preview("card", memory, moment)
        minimum = 1
        for rating, days in zip((Rating.HARD, Rating.GOOD, Rating.EASY), theirs["days"], strict=True):
            low, high = fuzz_bounds(max(1.0, shown[rating].memory.stability or 0.0), 36_500)
            low, high = max(low, minimum), max(high, minimum + 1)
            assert low - 1 <= days <= high + 1, (rating, memory)
            assert low - 1 <= shown[rating].interval_days <= high + 1
            minimum = days + 1
