"""Reads the samples of the launch lab: outputs, the line of eager times, and what capturing makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from report import report

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

OPERATIONS = (8, 16, 32, 64)
MOST = OPERATIONS[-1]
SMALL, LARGE = 512, 64 * 512  # elements at b = 1 and b = 64
LINEAR = 0.95
SMALL_BATCH, LARGE_BATCH, SHRINKS = 5.0, 1.2, 1.5
PER_OPERATION = 0.1
GROUP = 5  # rounds whose medians make one line: a single round may hold a pause of the scheduler


def judge(samples: Samples) -> Outcome:
    """Facts first; times only when everything was right."""
    outcome = Outcome(checks=_facts(samples))
    if "seconds" not in samples or any(not check.passed for check in outcome.checks):
        return outcome
    seconds = samples["seconds"]
    outcome.checks += [*timing_checks(seconds), _floor(samples)]
    control = statistics.paired_ratio(seconds["control"], seconds[f"eager {MOST}"])
    outcome.quietness = Quietness(control, Scheduling(**samples["scheduling"]))
    report(samples, outcome, OPERATIONS)
    return outcome


def timing_checks(seconds: dict[str, list[float]]) -> list[Check]:
    """The referee's eager line, and the learner's replays against it."""
    small = statistics.paired_ratio(seconds[f"eager {MOST}"], seconds[f"captured {MOST}"])
    large = statistics.paired_ratio(seconds["eager large"], seconds["captured large"])
    small_each = [a / b for a, b in zip(seconds[f"eager {MOST}"], seconds[f"captured {MOST}"], strict=True)]
    large_each = [a / b for a, b in zip(seconds["eager large"], seconds["captured large"], strict=True)]
    fits = [_line(row) for row in _lines(seconds, "eager")]
    slopes = [
        _line(captured)[0] / max(_line(eager)[0], 1e-12)
        for captured, eager in zip(_lines(seconds, "captured"), _lines(seconds, "eager"), strict=True)
    ]
    return [
        checks.quantity_between(
            "eager-linear",
            statistics.median_interval([fit if slope > 0 else 0.0 for slope, fit in fits]),
            LINEAR,
            1.0,
            what=f"R^2 of eager time over {', '.join(map(str, OPERATIONS))} operations",
            unit="",
        ),
        checks.ratio_at_least("small-batch", small, SMALL_BATCH, what=f"eager/captured, {MOST} operations at b = 1"),
        checks.ratio_at_least("large-batch", large, LARGE_BATCH, what=f"eager/captured, {MOST} operations at b = 64"),
        checks.ratio_at_least(
            "shrinks",
            statistics.paired_ratio(small_each, large_each),
            SHRINKS,
            what="what capturing gains at b = 1 over what it gains at b = 64",
        ),
        checks.ratio_at_most(
            "per-operation-cost",
            statistics.median_interval(slopes),
            PER_OPERATION,
            what="time of one more operation, captured over eager, at b = 1",
        ),
    ]


def _lines(seconds: dict[str, list[float]], arm: str) -> list[list[float]]:
    """Medians of groups of rounds: each row holds one time for every count of operations."""
    columns = [seconds[f"{arm} {count}"] for count in OPERATIONS]
    starts = range(0, max(1, len(columns[0]) - GROUP + 1), GROUP)
    return [[statistics.median(column[start : start + GROUP]) for column in columns] for start in starts]


def _line(times: Sequence[float]) -> tuple[float, float]:
    """Slope in seconds per operation, and R^2, of the least-squares line."""
    x, y = np.array(OPERATIONS, dtype=np.float64), np.array(times, dtype=np.float64)
    slope = statistics.linear_slope(OPERATIONS, times)
    rest = y - y.mean() - slope * (x - x.mean())
    whole = float(((y - y.mean()) ** 2).sum())
    return slope, 1.0 - float((rest**2).sum()) / whole if whole else 0.0


def _facts(samples: Samples) -> list[Check]:
    found = [
        checks.within_error_budget(name, [Comparison.parse(each) for each in samples.get(key, [])], what=what)
        for name, key, what in (
            ("outputs", "first", "first replays"),
            ("replays", "later", "replays on other tensors"),
        )
    ]
    touched, calls = samples.get("touched", []), samples.get("calls", 0)
    message = f"{len(touched)} of {calls} replays changed their input" + (f"; first: {touched[0]}" if touched else "")
    found.append(checks.holds("inputs-untouched", calls > 0 and not touched, message, value=len(touched), bound=0))
    cases = [(words, answer, right) for words, answer, right in samples.get("break_even", [])]
    return [*found, checks.every_case("break-even", cases, what="break_even (-1: never)", unit="runs")]


def _floor(samples: Samples) -> Check:
    """Every element is read and written once, whatever becomes of the operations."""
    ceilings, nbytes = Ceilings.parse(samples["ceilings"]), 2 * 4 * LARGE
    time: Interval = statistics.median_interval(samples["seconds"]["captured large"])
    return checks.not_faster_than_floor(
        "floor", time, ceilings.floor_seconds(nbytes), what="a replay at b = 64", formula=f"{nbytes:,} B / bandwidth"
    )
