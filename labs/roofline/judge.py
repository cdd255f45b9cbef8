"""Reads the samples of the roofline lab: outputs, formulas, shares of the roof."""

from __future__ import annotations

from typing import Any

from formulas import FORMULAS
from report import report

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

KERNELS = ("copy", "gather", "saxpy", "polynomial")
DEGREES = (1, 4, 12, 32)  # degree d is d / 4 operations per byte
COPY_SHARE, SAXPY_SHARE, GATHER_SHARE = 0.5, 0.4, 0.5
RANDOM_COST = 1.5
INTENSITY_PAYS = 1.4


def judge(samples: Samples) -> Outcome:
    """Checks of every kernel and formula; those of time only when all outputs were right."""
    outcome = Outcome(checks=[*_outputs(samples), *_formulas(samples)])
    if "seconds" not in samples or any(not check.passed for check in outcome.checks):
        return outcome
    outcome.checks += [*timing_checks(samples), *_roof(samples)]
    seconds = samples["seconds"]
    outcome.quietness = Quietness(_control(seconds), Scheduling(**samples["scheduling"]))
    report(samples, outcome)
    return outcome


def _control(seconds: dict[str, list[float]]) -> Interval:
    """Two copies of the baseline, in the two kernels that a busy machine spoils most."""
    pairs = [
        pair
        for kernel in ("copy", "gather random")
        for pair in zip(seconds[f"control {kernel}"], seconds[f"baseline {kernel}"], strict=True)
    ]
    return statistics.paired_ratio(*zip(*pairs, strict=True))


def _outputs(samples: Samples) -> list[Check]:
    found: dict[str, list[dict[str, Any]]] = samples.get("comparisons", {})
    return [
        checks.within_error_budget(kernel, [Comparison.parse(each) for each in found.get(kernel, [])], what="outputs")
        for kernel in KERNELS
    ]


def _formulas(samples: Samples) -> list[Check]:
    found: dict[str, list[dict[str, Any]]] = samples.get("formulas", {})
    return [
        checks.within_error_budget(
            formula.check, [Comparison.parse(each) for each in found.get(name, [])], what=f"answers of {name}"
        )
        for name, formula in FORMULAS.items()
    ]


def timing_checks(samples: Samples) -> list[Check]:
    """Ratios of paired times: yours against the referee's own kernels."""
    seconds = samples["seconds"]

    def over(numerator: str, denominator: str, factor: float = 1.0) -> Interval:
        ratio = statistics.paired_ratio(seconds[numerator], seconds[denominator])
        return Interval(factor * ratio.estimate, factor * ratio.low, factor * ratio.high)

    top = DEGREES[-1]
    return [
        checks.ratio_at_least(
            "copy-share", over("baseline copy", "copy"), COPY_SHARE, what="bytes/s of your copy over the measured copy"
        ),
        checks.ratio_at_least(
            "saxpy-share",
            over("baseline copy", "saxpy", 12 / 8),
            SAXPY_SHARE,
            what="bytes/s of saxpy (12 per element) over the measured copy (8 per element)",
        ),
        checks.ratio_at_least(
            "gather-share",
            over("baseline gather random", "gather random"),
            GATHER_SHARE,
            what="speed of your random gather over the referee's",
        ),
        checks.ratio_at_least(
            "random-over-sequential",
            over("gather random", "baseline gather sequential"),
            RANDOM_COST,
            what="time of a random over a sequential gather of as many elements",
        ),
        checks.ratio_at_least(
            "intensity-pays",
            over("baseline polynomial", f"polynomial {top}"),
            INTENSITY_PAYS,
            what=f"FLOP/s of degree {top} in one pass, {top / 4:g} FLOP/B, over one pass per term, 1/6 FLOP/B",
        ),
    ]


def _roof(samples: Samples) -> list[Check]:
    """Nothing lies above the roof: bytes over bandwidth and operations over peak rate are floors of the time."""
    ceilings, n, m = Ceilings.parse(samples["ceilings"]), samples["sizes"]["elements"], samples["sizes"]["picked"]
    work = {"copy": (8 * n, 0), "saxpy": (12 * n, 2 * n), "gather sequential": (16 * m, 0)}
    work |= {f"polynomial {degree}": (8 * n, 2 * degree * n) for degree in DEGREES}
    return [
        checks.not_faster_than_floor(
            f"roof-{kernel.replace(' ', '-')}",
            statistics.median_interval(samples["seconds"][kernel]),
            ceilings.floor_seconds(nbytes, flops),
            what=kernel,
            formula=f"max({nbytes / 1e6:.3g} MB / bandwidth, {flops / 1e6:.3g} MFLOP / twice the measured peak)",
        )
        for kernel, (nbytes, flops) in work.items()
    ]
