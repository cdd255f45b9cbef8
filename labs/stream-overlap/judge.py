"""Reads the samples of the stream lab: predictions, data, and the time that overlap saves."""

from __future__ import annotations

from report import report

from graders import checks, statistics
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.verdict import Quietness

OVERLAP_AT_MOST = 0.8
SERIAL_AT_LEAST = 0.95
WHAT = {
    "outputs": "results are not their chunk, computed once",
    "hazards": "times two operations used one buffer at once",
    "early": "runs returned before the device was done",
}


def judge(samples: Samples) -> Outcome:
    """Facts first; times only when all data were right."""
    outcome = Outcome(checks=[*_facts(samples), *_predictions(samples)])
    if "seconds" not in samples or any(not check.passed for check in outcome.checks):
        return outcome
    seconds = samples["seconds"]
    per_chunk = [taken / draw["chunks"] for taken, draw in zip(seconds["overlapped"], samples["draws"], strict=True)]
    outcome.checks += [
        overlap_check(seconds),
        serial_check(seconds),
        checks.not_faster_than_floor(
            "longest-stage",
            statistics.median_interval(per_chunk),
            samples["longest"],
            what="a chunk of the overlapped pipeline",
            formula="longest stage",
        ),
    ]
    control = statistics.paired_ratio(seconds["control"], seconds["baseline"])
    outcome.quietness = Quietness(control, Scheduling(**samples["scheduling"]))
    report(samples, outcome)
    return outcome


def overlap_check(seconds: dict[str, list[float]]) -> Check:
    """Two buffers against the referee's serial pipeline."""
    return checks.ratio_at_most(
        "overlap",
        statistics.paired_ratio(seconds["overlapped"], seconds["baseline"]),
        OVERLAP_AT_MOST,
        what="time of your overlapped pipeline over the sum of all stages",
    )


def serial_check(seconds: dict[str, list[float]]) -> Check:
    """One buffer cannot overlap."""
    return checks.ratio_at_least(
        "serial-sum",
        statistics.paired_ratio(seconds["serial"], seconds["baseline"]),
        SERIAL_AT_LEAST,
        what="time of your serial pipeline over the sum of all stages",
    )


def _facts(samples: Samples) -> list[Check]:
    faults, runs = samples.get("faults", {}), sum(samples.get("runs", {}).values())
    found = []
    for name, text in WHAT.items():
        each = faults.get(name, [])
        message = f"{len(each)} {text} in {runs} runs" + (f"; first: {each[0]}" if each else "")
        check_id = "synchronised" if name == "early" else name
        found.append(checks.holds(check_id, runs > 0 and not each, message, value=len(each), bound=0))
    blocking = samples.get("blocking", {}).get("overlapped", 0)
    message = (
        f"{blocking} copies of overlapped() used pageable memory and blocked the host; pin() makes them asynchronous"
    )
    return [*found, checks.holds("asynchronous-copies", runs > 0 and blocking == 0, message, value=blocking, bound=0)]


def _predictions(samples: Samples) -> list[Check]:
    asked = samples.get("asked", 0)
    wrong_lines, wrong_names = samples.get("wrong_timelines", []), samples.get("wrong_bottlenecks", [])
    example = f"{wrong_lines[0][0]}: {wrong_lines[0][1]}" if wrong_lines else ""
    named = f"{wrong_names[0][0]} is {wrong_names[0][2]!r}, not {wrong_names[0][1]!r}" if wrong_names else ""
    return [
        checks.same_output("timeline", len(wrong_lines), asked, what="timelines", example=example),
        checks.same_output("bottleneck", len(wrong_names), asked, what="bottlenecks", example=named),
    ]
