"""Reads the samples: every output right, the bytes exact, and the lower end of the speedup above its bound."""

from __future__ import annotations

from report import report

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

SPEEDUP = 1.7  # four kernels that work in place, without any fusion, reach 1.4
GROUPS = {
    "random-shapes": "outputs of random shapes and scales",
    "tails": "outputs of odd sizes and unaligned arrays",
    "special-values": "outputs with denormals, signed zeros and values up to 3e38",
}


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; lists whatever was measured before the run ended."""
    outcome = Outcome(checks=_correctness(samples))
    seconds = samples.get("seconds")
    if seconds and len(seconds["solution"]):
        outcome.checks.append(_timed(samples))
        ratio = statistics.paired_ratio(seconds["baseline"], seconds["solution"])
        outcome.intervals = {"speedup": ratio}
        if not any(check.state == "failed" for check in outcome.checks):
            outcome.quietness = Quietness(
                control=statistics.paired_ratio(seconds["control"], seconds["baseline"]),
                scheduling=Scheduling(**samples["scheduling"]),
            )
            outcome.checks += [
                checks.ratio_at_least("speedup", ratio, SPEEDUP, what="eager time / your time"),
                _floor(samples),
            ]
    report(samples, outcome)
    return outcome


def ceiling(samples: Samples) -> float:
    """Bytes/s that no kernel exceeds: the machine's stored ceiling, or the fastest copy of this run if that is more."""
    rows, columns = samples["shape"]
    stored = Ceilings.parse(samples["ceilings"]).bytes_per_s(12 * rows * columns)
    copied: float = 8 * rows * columns / min(samples["seconds"]["copy"])
    return max(stored, copied)


def _correctness(samples: Samples) -> list[Check]:
    outputs = samples.get("outputs", [])
    found = []
    for group, what in GROUPS.items():
        compared = [Comparison.parse(each) for each in outputs if each["group"] == group]
        if compared:
            found.append(checks.within_error_budget(group, compared, what=what))
    changed = [each for each in samples.get("changed", []) if each["inputs"]]
    if outputs:
        example = f"{changed[0]['case']}: {', '.join(changed[0]['inputs'])} changed" if changed else ""
        found.append(
            checks.same_output("inputs-unchanged", len(changed), len(outputs), what="sets of inputs", example=example)
        )
    counted = samples.get("traffic", [])
    if counted:
        cases = [(f"traffic({r}, {c})", str(tuple(told)), str(tuple(right))) for (r, c), told, right in counted]
        found.append(checks.every_case("traffic", cases, what="(eager, fused) bytes", unit="bytes"))
    return found


def _timed(samples: Samples) -> Check:
    if samples["late"]:
        text = f"{samples['late']} outputs were not complete when the kernel returned"
        return checks.holds("timed-outputs", False, text, value=samples["late"], bound=0, unit="late outputs")
    if spoilt := samples.get("spoilt", 0):
        text = f"{spoilt} large inputs were changed by a timed call"
        return checks.holds("timed-outputs", False, text, value=spoilt, bound=0, unit="changed inputs")
    compared = [Comparison.parse(each) for each in samples["timed"]]
    return checks.within_error_budget("timed-outputs", compared, what="timed outputs")


def _floor(samples: Samples) -> Check:
    rows, columns = samples["shape"]
    nbytes, rate = 12 * rows * columns + 8 * columns, ceiling(samples)
    own: Interval = statistics.median_interval(samples["seconds"]["solution"])
    formula = f"{nbytes:,} bytes / {rate / 1e9:.1f} GB/s"
    return checks.not_faster_than_floor("floor", own, nbytes / rate, what="one call", formula=formula)
