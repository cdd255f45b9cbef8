"""The plans are whole: counts of their sources, hours, warm-ups, coding problems, days that gather."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from studyctl.content.library import Library
from studyctl.domain.plan import Day, ItemKind, Level
from studyctl.services.stats import curriculum_stats

TRACK_WITH_HOURS = "p90"
LISTEN = 3
PROBLEMS = 3
_RISING = list(Level)


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    wanted = json.loads((library.curriculum / "counts.json").read_text(encoding="utf-8"))
    yield from _differences(wanted, curriculum_stats(library), "counts")
    seen: dict[tuple[int | None, int], Day] = {}
    for day in library.days(TRACK_WITH_HOURS):
        yield from _day_problems(day)
        for problem in day.problems:
            first = seen.setdefault((day.week, problem.number), day)
            if first is not day:
                yield f"{day.address}: LeetCode {problem.number} is also on {first.address}, in the same week"


def _day_problems(day: Day) -> Iterator[str]:
    if not day.gathers and (day.warmup is None or len(day.warmup.listen) != LISTEN):
        yield f"{day.address}: a technical day has a warm-up with {LISTEN} terms to listen for"
    levels = [_RISING.index(problem.level) for problem in day.problems]
    if len(levels) != PROBLEMS or levels != sorted(levels) or levels[0] == levels[-1]:
        yield f"{day.address}: {PROBLEMS} LeetCode problems of rising difficulty are needed"
    for item in day.of_kind(ItemKind.EXPERIMENT):
        if not (item.measure and item.expect):
            yield f"{item.id}: an experiment says what to measure and what to expect"
    for item in day.of_kind(ItemKind.DELIVERABLE):
        if not item.name:
            yield f"{item.id}: a deliverable has a name"


def _differences(wanted: dict[str, Any], have: dict[str, Any], path: str) -> Iterator[str]:
    for key, value in wanted.items():
        here = f"{path}.{key}"
        if key not in have:
            yield f"{here}: missing"
        elif isinstance(value, dict):
            yield from _differences(value, have[key], here)
        elif have[key] != value:
            yield f"{here}: {have[key]!r}, the sources have {value!r}"
