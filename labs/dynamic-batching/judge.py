"""Reads the samples: texts and plans by arithmetic, then what a real server counted and how long it took."""

from __future__ import annotations

from collections.abc import Sequence

from report import plots, table
from scenario import Scenario
from timed import findings, rates, timed_checks

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import median_interval, percentile
from graders.verdict import Quietness


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables."""
    outcome = Outcome(checks=_text_checks(samples.get("texts", [])))
    if "plans" in samples:
        outcome.checks += _plan_checks(samples["plans"])
    if samples.get("loading"):
        refused = [(role, problem or "READY", "READY") for role, problem in samples["loading"].items()]
        outcome.checks.append(checks.every_case("loaded", refused, what="models that the server loaded"))
    if "blocks" in samples:
        outcome.checks += _count_checks(samples)
        _judge_blocks(samples, outcome)
    elif all(check.passed for check in outcome.checks):
        outcome.checks.append(checks.holds("measured", False, "the run ended before a request was sent"))
    return outcome


def _text_checks(texts: Sequence[Samples]) -> list[Check]:
    sound = [(each["case"], each["problem"] or "sound", "sound") for each in texts]
    read = [each for each in texts if not each["problem"]]
    right = [(each["case"], "; ".join(each["wrong"]) or "as asked", "as asked") for each in read]
    return [
        checks.every_case("syntax", sound, what="texts that can be read, every field once"),
        checks.every_case("config", right, what="configurations"),
    ]


def _plan_checks(plans: Sequence[Samples]) -> list[Check]:
    feasible, waits = [], []
    for plan in plans:
        case = Scenario(**{key: plan[key] for key in ("base_ms", "item_ms", "clients", "slo_ms")})
        said = "None" if plan["plan"] is None else "a plan"
        words = f"{case.base_ms:g} + {case.clients} * {case.item_ms:g} ms and overhead, limit {case.slo_ms:g} ms"
        feasible.append((words, said, "a plan" if case.feasible else "None"))
        if plan["plan"] is not None and case.feasible:
            longest = case.longest_delay_us + 1
            words = f"{case.base_ms:g} + {case.item_ms:g} ms for a lone request, limit {case.slo_ms:g} ms"
            fits = 0 <= plan["plan"][1] <= longest
            waits.append((words, f"{plan['plan'][1]} us", f"{plan['plan'][1] if fits else longest} us"))
    return [
        checks.every_case("feasible", feasible, what="plans"),
        checks.every_case("delay-fits", waits, what="queue delays within the limit of a lone request"),
    ]


def _count_checks(samples: Samples) -> list[Check]:
    tallies, statistics = samples["tallies"], samples["statistics"]
    sent = sum(tally["sent"] for tally in tallies.values())
    wrong = [text for tally in tallies.values() for text in tally["wrong"]]
    counted = []
    for role, stats in statistics.items():
        tally, told = tallies[role], stats["inference_stats"]
        counted += [
            (f"{role}: requests answered", told["success"]["count"], tally["sent"]),
            (f"{role}: requests failed", told["fail"]["count"], 0),
            (f"{role}: executions", stats["execution_count"], round(tally["executions"])),
        ]
    plain = statistics["plain"]
    mean = plain["inference_count"] / max(1, plain["execution_count"])
    formula = f"{plain['inference_count']} requests / {plain['execution_count']} executions without a batcher, expected"
    return [
        checks.same_output("answers", len(wrong), sent, what="answers", example=wrong[0] if wrong else ""),
        checks.every_case("counters", counted, what="counters of the server against what the clients saw"),
        checks.exact("no-batching", mean, 1.0, unit="in a batch", formula=formula),
    ]


def _judge_blocks(samples: Samples, outcome: Outcome) -> None:
    blocks = samples["blocks"]
    drawn = dict(samples["scenario"])
    plan = drawn.pop("plan")
    scenario = Scenario(**drawn)
    found = findings(blocks, scenario)
    outcome.checks += timed_checks(blocks, scenario, plan)
    outcome.intervals = {"gain": found.gain, "lone_delay_ms": found.waited, "share_of_best": found.share}
    tuned = [1e3 * second for key in ("peak-tuned", "lone-tuned") for b in blocks[key] for second in b["latencies"]]
    outcome.metrics = {
        "mean_batch": found.mean_batch,
        "gain": found.gain.estimate,
        "lone_delay_ms": found.waited.estimate,
        "share_of_best": found.share.estimate,
        "p99_tuned_ms": percentile(tuned, 99),
    }
    outcome.tables, outcome.plots = [table(blocks)], plots(blocks)
    outcome.observation = {
        "model": f"emulated device, {scenario.base_ms:g} ms + {scenario.item_ms:g} ms per item, one instance",
        "batch_size": scenario.clients,
        "throughput": median_interval(rates(blocks["peak-tuned"])).estimate,
        "observations": f"batches of {found.mean_batch:.1f} on average gave {found.gain.estimate:.1f} times the "
        f"throughput; a lone request paid {found.waited.estimate:.1f} ms",
    }
    outcome.quietness = Quietness(control=found.control, scheduling=Scheduling(**samples["scheduling"]))
