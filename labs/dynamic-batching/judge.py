"""Reads the samples: texts and plans by arithmetic, then what a real server counted and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from report import plots, table
from scenario import Scenario

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval, median, median_interval, paired_difference, paired_ratio, percentile
from graders.verdict import Quietness

LEAST_FILL = 0.7  # of the clients in a batch; a batch of all of them is the preferred one
LEAST_GAIN = 1.3
LEAST_OF_BEST = 0.8
DELAY_TOLERANCE, DELAY_SLACK_MS = 0.2, 1.5

Blocks = Mapping[str, Sequence[Mapping[str, Any]]]


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
    blocks: Blocks = samples["blocks"]
    drawn = dict(samples["scenario"])
    plan = drawn.pop("plan")
    scenario = Scenario(**drawn)
    rate = {key: [len(b["latencies"]) / b["seconds"] for b in each] for key, each in blocks.items()}
    lone = {key: [1e3 * median(b["latencies"]) for b in each] for key, each in blocks.items() if key.startswith("lone")}
    delay_ms = scenario.longest_delay_us / 1000
    waited = paired_difference(lone["lone-batched"], lone["lone-plain"])
    gain = paired_ratio(rate["peak-batched"], rate["peak-base"])
    share = paired_ratio(rate["peak-tuned"], rate["peak-batched"])
    means = [_mean_batch(block["sizes"]) for block in blocks["peak-batched"]]
    mean = median(means)
    fill = median_interval([each / scenario.clients for each in means])
    what = f"mean batch ({mean:.1f})/clients and preferred size ({scenario.clients})"
    low, high = (1 - DELAY_TOLERANCE) * delay_ms - DELAY_SLACK_MS, (1 + DELAY_TOLERANCE) * delay_ms + DELAY_SLACK_MS
    text = f"lone request behind a queue delay of {delay_ms:.1f} ms, more than without a batcher"
    outcome.checks += [
        checks.ratio_at_least("mean-batch", fill, LEAST_FILL, what=what),
        checks.ratio_at_least("gain", gain, LEAST_GAIN, what="throughput with a batcher/without"),
        checks.quantity_between("lone-delay", waited, low, high, what=text, unit="ms"),
        checks.ratio_at_least("peak", share, LEAST_OF_BEST, what=f"throughput by the plan {plan}/by the best one"),
        _limit_check(blocks, scenario),
        _floor_check(blocks, scenario),
    ]
    outcome.intervals = {"gain": gain, "lone_delay_ms": waited, "share_of_best": share}
    tuned = [1e3 * second for key in ("peak-tuned", "lone-tuned") for b in blocks[key] for second in b["latencies"]]
    outcome.metrics = {"mean_batch": mean, "gain": gain.estimate, "lone_delay_ms": waited.estimate,
                       "p99_tuned_ms": percentile(tuned, 99), "share_of_best": share.estimate}  # fmt: skip
    outcome.tables, outcome.plots = [table(blocks)], plots(blocks)
    outcome.observation = {
        "model": f"emulated device, {scenario.base_ms:g} ms + {scenario.item_ms:g} ms per item, one instance",
        "batch_size": scenario.clients,
        "throughput": median_interval(rate["peak-tuned"]).estimate,
        "observations": f"batches of {mean:.1f} on average gave {gain.estimate:.1f} times the throughput; "
        f"a lone request paid {waited.estimate:.1f} ms",
    }
    control = paired_ratio(rate["peak-plain"], rate["peak-base"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**samples["scheduling"]))


def _mean_batch(sizes: Sequence[int]) -> float:
    """Requests over executions: each request of a batch of n counts for 1/n of an execution."""
    return float(len(sizes) / sum(1 / max(1, size) for size in sizes))


def _worst_ms(blocks: Blocks, role: str) -> list[float]:
    """In each round the slower of two: nine tenths of the requests at the peak, and half of those of a lone client."""
    pairs = zip(blocks[f"peak-{role}"], blocks[f"lone-{role}"], strict=True)
    return [1e3 * max(percentile(peak["latencies"], 90), median(one["latencies"])) for peak, one in pairs]


def _limit_check(blocks: Blocks, scenario: Scenario) -> Check:
    """Against the limit, or against the best plan where the machine was so slow that even that one missed it."""
    limits = [max(scenario.slo_ms, best) for best in _worst_ms(blocks, "batched")]
    ratio: Interval = paired_ratio(_worst_ms(blocks, "tuned"), limits)
    what = f"latency by the plan (peak and lone, per round)/limit of {scenario.slo_ms:g} ms"
    return checks.ratio_at_most("slo", ratio, 1.0, what=what)


def _floor_check(blocks: Blocks, scenario: Scenario) -> Check:
    requests = len(blocks["peak-tuned"][0]["latencies"])
    floor = requests * (scenario.base_ms / scenario.clients + scenario.item_ms) / 1000
    seconds = median_interval([block["seconds"] for block in blocks["peak-tuned"]])
    formula = f"{requests} requests * ({scenario.base_ms:g} / {scenario.clients} + {scenario.item_ms:g}) ms"
    return checks.not_faster_than_floor("floor", seconds, floor, what=f"{requests} requests", formula=formula)
