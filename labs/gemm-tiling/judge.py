"""Reads the samples: loads and hazards of the kernels, rounding of the sums, time of blocked against naive C."""

from __future__ import annotations

from facts import facts
from report import loads_plot, loads_table, sums_table, times_plot

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

BLOCKED_RATIO = 1.3
SLOPE_SIZES = (160, 256)
FLOAT_BYTES = 4


def judge(samples: Samples) -> Outcome:
    """Return the outcome; the checks on time are there once the C function was timed."""
    outcome = Outcome(checks=facts(samples))
    outcome.tables = [*loads_table(samples), *sums_table(samples)]
    outcome.plots = loads_plot(samples)
    if "c_outputs" in samples:
        compared = [Comparison.parse(each) for each in samples["c_outputs"]]
        outcome.checks.append(checks.within_error_budget("c-outputs", compared, what="products in C"))
    if samples.get("seconds", {}).get("solution") and outcome.checks[-1].passed:
        _timed(samples, outcome)
    return outcome


def _timed(samples: Samples, outcome: Outcome) -> None:
    seconds, n = samples["seconds"], samples["size"]
    ratio = statistics.paired_ratio(seconds["baseline"], seconds["solution"])
    own = statistics.median_interval(seconds["solution"])
    outcome.checks += [_speed(ratio, n), _floor(samples, own, n)]
    control = statistics.paired_ratio(seconds["control"], seconds["baseline"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**samples["scheduling"]))
    sizes = [*SLOPE_SIZES, n]
    per_round = zip(*(seconds[f"naive {size}"] for size in SLOPE_SIZES), seconds["baseline"], strict=True)
    exponent = statistics.slope_interval(sizes, [list(row) for row in per_round], statistics.log_log_slope)
    outcome.intervals = {"naive_over_blocked": ratio, "blocked_s": own, "naive_exponent": exponent}
    outcome.metrics |= {
        "naive_over_blocked": ratio.estimate,
        "naive_exponent": exponent.estimate,
        "blocked_gflops": 2e-9 * n**3 / own.estimate,
        "naive_gflops": 2e-9 * n**3 / statistics.median(seconds["baseline"]),
    }
    outcome.plots.append(times_plot(samples))
    outcome.observation = {
        "model": f"n x n float32 products in C, n = {n}, one thread, gcc -O3",
        "throughput": f"{outcome.metrics['blocked_gflops']:.3g} GFLOP/s blocked, "
        f"{outcome.metrics['naive_gflops']:.3g} naive",
        "observations": f"{ratio.estimate:.1f} times the three loops; naive time grows as n^{exponent.estimate:.2f}",
    }


def _speed(ratio: Interval, n: int) -> Check:
    return checks.ratio_at_least("blocked-speed", ratio, BLOCKED_RATIO, what=f"naive / your C at n = {n}")


def _floor(samples: Samples, own: Interval, n: int) -> Check:
    ceilings = Ceilings.parse(samples["ceilings"])
    floor = ceilings.floor_seconds(3 * FLOAT_BYTES * n * n, 2.0 * n**3)
    formula = f"max(12 n^2 bytes / bandwidth, 2 n^3 / twice the matmul rate), n = {n}"
    return checks.not_faster_than_floor("floor", own, floor, what="your C", formula=formula)
