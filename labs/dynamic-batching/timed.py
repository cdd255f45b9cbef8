"""What blocks of requests show: intervals and the checks that rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenario import Scenario

from graders import checks
from graders.checks import Check
from graders.statistics import Interval, median, median_interval, paired_difference, paired_ratio, percentile

LEAST_FILL = 0.7  # of the clients in a batch; a batch of all of them is the preferred one
LEAST_GAIN = 1.3
LEAST_OF_BEST = 0.8
DELAY_TOLERANCE, DELAY_SLACK_MS = 0.2, 1.5

Blocks = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Findings:
    """Intervals over the rounds: mean batch over clients, throughput ratios, and what a lone request waited in ms."""

    mean_batch: float
    fill: Interval
    gain: Interval
    share: Interval
    waited: Interval
    control: Interval


def findings(blocks: Blocks, scenario: Scenario) -> Findings:
    """Pair the blocks of each round."""
    rate = {key: rates(each) for key, each in blocks.items()}
    lone = {key: [1e3 * median(b["latencies"]) for b in each] for key, each in blocks.items() if key.startswith("lone")}
    means = [_mean_batch(block["sizes"]) for block in blocks["peak-batched"]]
    return Findings(
        mean_batch=median(means),
        fill=median_interval([each / scenario.clients for each in means]),
        gain=paired_ratio(rate["peak-batched"], rate["peak-base"]),
        share=paired_ratio(rate["peak-tuned"], rate["peak-batched"]),
        waited=paired_difference(lone["lone-batched"], lone["lone-plain"]),
        control=paired_ratio(rate["peak-plain"], rate["peak-base"]),
    )


def rates(blocks: Sequence[Mapping[str, Any]]) -> list[float]:
    """Answers per second of each block."""
    return [len(block["latencies"]) / block["seconds"] for block in blocks]


def timed_checks(blocks: Blocks, scenario: Scenario, plan: Sequence[int]) -> list[Check]:
    """Every check that rests on time; the experiment asks for more rounds while one of them is undecided."""
    found = findings(blocks, scenario)
    delay_ms = scenario.longest_delay_us / 1000
    low, high = (1 - DELAY_TOLERANCE) * delay_ms - DELAY_SLACK_MS, (1 + DELAY_TOLERANCE) * delay_ms + DELAY_SLACK_MS
    fill = f"mean batch ({found.mean_batch:.1f})/clients and preferred size ({scenario.clients})"
    wait = f"lone request behind a queue delay of {delay_ms:.1f} ms, more than without a batcher"
    share = f"throughput by the plan {list(plan)}/by the best one"
    return [
        checks.ratio_at_least("mean-batch", found.fill, LEAST_FILL, what=fill),
        checks.ratio_at_least("gain", found.gain, LEAST_GAIN, what="throughput with a batcher/without"),
        checks.quantity_between("lone-delay", found.waited, low, high, what=wait, unit="ms"),
        checks.ratio_at_least("peak", found.share, LEAST_OF_BEST, what=share),
        _limit_check(blocks, scenario),
        _floor_check(blocks, scenario),
    ]


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
