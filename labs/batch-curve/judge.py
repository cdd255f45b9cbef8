"""Reads the samples: what became of the requests, then ratios, waits and their physical floors."""

from __future__ import annotations

from design import BATCHES, BURST, NEW_TOKENS, PROMPT_TOKENS
from report import report

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

RATIO_AT = {4: 1.1, 8: 1.3}
LATENCY_AT_LEAST = 0.9
LONE_WAIT = (0.9, 1.6)  # in windows: the upper end leaves room for a late wake-up
DTYPE_BYTES = 4  # float32


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and table; time is judged only when every answer was right."""
    outcome = Outcome(checks=_correctness(samples))
    if not all(check.passed for check in outcome.checks):
        return outcome
    if not samples.get("orders"):
        outcome.checks.append(checks.holds("tp8-over-tp1", False, "the run ended before any time was measured"))
        return outcome
    outcome.quietness = Quietness(control(samples), Scheduling(**samples.get("scheduling", {})))
    outcome.checks += time_checks(samples) + _floor_checks(samples)
    report(outcome, samples)
    return outcome


def control(samples: Samples) -> Interval:
    """Ratio of the two copies of the referee's own server."""
    return statistics.paired_ratio(samples["tp1 control"], samples["tp1 baseline"])


def time_checks(samples: Samples) -> list[Check]:
    """Check throughput against the referee's server, latency against one request, and the lone request's wait."""
    waits = [
        (lone - alone) / window
        for lone, alone, window in zip(samples["lone"], samples["latency1"], samples["windows_s"], strict=True)
    ]
    return [
        *(
            checks.ratio_at_least(
                f"tp{size}-over-tp1",
                statistics.paired_ratio(samples[f"tp{size}"], samples["tp1 baseline"]),
                bound,
                what=f"TP({size})/TP(1)",
            )
            for size, bound in RATIO_AT.items()
        ),
        checks.ratio_at_least(
            "latency8-over-latency1",
            statistics.paired_ratio(samples["latency8"], samples["latency1"]),
            LATENCY_AT_LEAST,
            what="latency(8)/latency(1)",
        ),
        checks.quantity_between(
            "lone-waits-window",
            statistics.median_interval(waits),
            *LONE_WAIT,
            what="a lone request's extra wait with max_batch 8",
            unit="windows",
        ),
    ]


def _correctness(samples: Samples) -> list[Check]:
    tally = samples.get("tally")
    if tally is None:
        return []
    large, wrong = tally["too_large"], tally["wrong"]
    return [
        checks.conserved_count(
            "nothing-lost", tally["sent"], tally["received"], tally["duplicated"], tally["unknown"], what="requests"
        ),
        checks.same_output("tokens-equal", len(wrong), tally["judged"], what="answers", example="; ".join(wrong[:1])),
        checks.holds(
            "batch-limit",
            not large,
            large[0] if large else f"no batch of {tally['batches']} exceeded max_batch",
            value=len(large),
            bound=0,
            unit="batches",
        ),
    ]


def _floor_checks(samples: Samples) -> list[Check]:
    """Every batch reads all matrices once for the prompt and once for each further token, whatever its size."""
    if not samples.get("ceilings"):
        return []
    ceilings, parameters = Ceilings.parse(samples["ceilings"]), samples["matrix_parameters"]
    nbytes = parameters * DTYPE_BYTES
    found = []
    for size in BATCHES:
        seconds = statistics.median_interval([BURST * NEW_TOKENS / rate for rate in samples[f"tp{size}"]])
        # The unembedding is due for one position only: counting a position less keeps the floor below the truth.
        prompt = ceilings.floor_seconds(nbytes, 2 * parameters * size * (PROMPT_TOKENS - 1))
        step = ceilings.floor_seconds(nbytes, 2 * parameters * size)
        formula = (
            f"{BURST // size} batches * ({prompt * 1e6:.3g} us for the prompt + {NEW_TOKENS - 1} steps * "
            f"{step * 1e6:.3g} us), each reading {nbytes / 1e6:.3g} MB"
        )
        floor = BURST // size * (prompt + (NEW_TOKENS - 1) * step)
        what = f"{BURST} requests at once with max_batch {size}"
        found.append(checks.not_faster_than_floor(f"floor-{size}", seconds, floor, what=what, formula=formula))
    return found
