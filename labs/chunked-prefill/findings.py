"""Reads checks off the samples: the rules of a schedule, and what rests on time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graders import checks, statistics
from graders.checks import Check
from graders.outcome import Samples
from graders.statistics import Interval

GAP_AT_MOST = 0.7
THROUGHPUT_AT_LEAST = 0.85
TITLES = {
    "plan-valid": "every plan can be executed",
    "token-budget": "no step holds more tokens than the budget",
    "running-limit": "no more requests hold a slot than max_running",
    "decode-first": "every decoding request is in every step",
    "work-conserving": "no budget stays unused while a prompt could use it",
    "none-starved": "no first token waits much longer than first come, first served would make it",
}


def facts(samples: Samples) -> list[Check]:
    """Rules of the schedules and, once they have been generated, the tokens: no noise excuses them."""
    audits = samples["audits"]
    found = [_rule(rule, audits) for rule in TITLES]
    sent, finished = sum(each["requests"] for each in audits), sum(each["finished"] for each in audits)
    found.append(checks.conserved_count("all-finish", sent, finished, 0, 0, what="requests"))
    if "chosen" in samples and not budget_usable(samples):
        text = f"token_budget chose {samples['chosen']}; more than max_running = {samples['max_running']} is needed"
        found.append(checks.holds("budget-usable", False, text, value=samples["chosen"], bound=samples["max_running"]))
    if "tokens" in samples:
        tokens = samples["tokens"]
        example = "; ".join(tokens["examples"][:1])
        found.append(
            checks.same_output("tokens-equal", tokens["wrong"], tokens["judged"], what="generations", example=example)
        )
    return found


def budget_usable(samples: Mapping[str, Any]) -> bool:
    """Whether the chosen budget leaves room for a prompt token beside as many decodes as there can be."""
    return bool(samples["chosen"] > samples["max_running"])


def _rule(rule: str, audits: list[dict[str, Any]]) -> Check:
    first = next((each["broken"][rule] for each in audits if rule in each["broken"]), None)
    steps = sum(each["steps"] for each in audits)
    text = first if first is not None else f"{TITLES[rule]}: {steps} steps of {len(audits)} loads"
    return checks.holds(rule, first is None, text, value=sum(rule in each["broken"] for each in audits), bound=0)


def ratios(samples: Mapping[str, Any]) -> dict[str, Interval]:
    """Chunked over uncut, round by round: max inter-token latency and tokens per second."""
    gaps, throughput = samples["max_gap_s"], samples["tokens_per_s"]
    return {
        "max_itl_ratio": statistics.paired_ratio(gaps["chunked"], gaps["uncut"]),
        "throughput_ratio": statistics.paired_ratio(throughput["chunked"], throughput["uncut"]),
    }


def timing(samples: Mapping[str, Any]) -> list[Check]:
    """What rests on intervals; needs at least one round."""
    found = ratios(samples)
    return [
        checks.ratio_at_most(
            "max-itl", found["max_itl_ratio"], GAP_AT_MOST, what="longest wait between two tokens, chunked/uncut"
        ),
        checks.ratio_at_least(
            "throughput", found["throughput_ratio"], THROUGHPUT_AT_LEAST, what="tokens per second, chunked/uncut"
        ),
    ]
