"""Reads the samples: what was counted, whether requests survived without Redis, and whether the prices add up."""

from __future__ import annotations

from design import SHORT_TTL, TRACES
from gain import gain_at
from report import report

from graders import checks, statistics
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

SPEEDUP = 5.0
MISS_OVERHEAD = 1.25
MEAN_TOLERANCE = 0.15
FAULTS = {
    "answers": "wrong answers",
    "ttl": f"stale answers after a time to live of {SHORT_TTL:g} s",
    "invalidation": "stale answers after an invalidation",
    "version-bump": "answers of another version",
}


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and table; time is judged only when every count was right."""
    outcome = Outcome(checks=counting_checks(samples))
    if not all(check.passed for check in outcome.checks):
        return outcome
    if not samples.get("orders"):
        outcome.checks.append(checks.holds("speedup", False, "the run ended before any time was measured"))
        return outcome
    outcome.checks += _down_check(samples) + time_checks(samples)
    outcome.quietness = Quietness(control(samples), Scheduling(**samples.get("scheduling", {})))
    report(outcome, samples)
    return outcome


def control(samples: Samples) -> Interval:
    """Ratio of the two copies of the referee's own client without a cache."""
    return statistics.paired_ratio(samples["seconds"]["direct"], samples["seconds"]["control"])


def counting_checks(samples: Samples) -> list[Check]:
    """Check the answers by their faults, then hits, lookups, runs of the model and keys against the ledger."""
    ledger, redis = samples.get("ledger"), samples.get("redis")
    if ledger is None or redis is None:
        return []
    lookups, hits = ledger["lookups"], redis["hits"]
    found: list[Check] = []
    for fault, text in FAULTS.items():
        count, example = ledger["faults"].get(fault, 0), ledger["examples"].get(fault)
        message = f"{count} {text} in {lookups} lookups" + (f"; first: {example}" if example else "")
        found.append(checks.holds(fault, count == 0, message, value=count, bound=0, unit="answers"))
    formula = f"hits predicted from the trace in {lookups} lookups"
    found.append(checks.exact("keyspace-hits", hits, ledger["hits"], unit="keyspace_hits", formula=formula))
    formula = "one GET for each lookup"
    found.append(checks.exact("one-lookup", hits + redis["misses"], lookups, unit="key lookups", formula=formula))
    formula = "one run for each predicted miss"
    found.append(
        checks.exact("model-runs", samples["model_runs"], ledger["misses"], unit="model runs", formula=formula)
    )
    live, own, foreign = ledger["live"], redis["keys"], redis["foreign_keys"]
    message = f"{live} entries must be live; Redis holds {own} keys under the prefix and {foreign} outside it"
    right = own >= live and foreign == 0
    return [*found, checks.holds("namespace", right, message, value=foreign, bound=0, unit="keys")]


def time_checks(samples: Samples) -> list[Check]:
    """Check what a hit wins, what a miss costs on top, and the mean of each trace against the formula."""
    prices = samples["seconds"]
    speedup = statistics.paired_ratio(prices["direct"], prices["hit"])
    overhead = statistics.paired_ratio(prices["miss"], prices["direct"])
    found = [
        checks.ratio_at_least("speedup", speedup, SPEEDUP, what="no cache/hit"),
        checks.ratio_at_most("miss-overhead", overhead, MISS_OVERHEAD, what="miss/no cache"),
    ]
    for name in TRACES:
        gain = gain_at(samples["replay"][name], prices["hit"], prices["miss"])
        what = f"trace {name}: mean {gain.measured * 1e3:.3g} ms, h*t_hit + (1-h)*t_miss = {gain.formula}; ratio"
        low, high = 1 - MEAN_TOLERANCE, 1 + MEAN_TOLERANCE
        found.append(checks.quantity_between(f"mean-{name}", gain.ratio, low, high, what=what, unit="x"))
    return found


def _down_check(samples: Samples) -> list[Check]:
    """No check where the server is not the lab's own and was left alone."""
    down = samples.get("down")
    if down is None:
        return []
    return [
        checks.same_output(
            "redis-down", down["wrong"], down["asked"], what="answers without Redis", example=down["example"]
        )
    ]
