"""Reads checks off the samples: what is right or wrong, and whether report and stamps agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check
from graders.outcome import Samples
from graders.statistics import Interval

SUM_TOLERANCE, AGREEMENT = 0.05, 0.10
# A segment below this share of the whole (load or request) is allowed AGREEMENT of the share instead.
SMALLEST_SHARE = {"load": 0.5, "request": 0.1}
OVERHEAD_AT_MOST = 1.25
SEGMENTS = ("tokenize", "prefill", "decode", "detokenize")
WHAT = {"prompt-ids": "tokenized prompts", "tokens": "generations", "text": "answers", "n-tokens": "reports' counts"}


def facts(samples: Samples) -> list[Check]:
    """Outputs, counts and the record of the machine: no noise excuses them."""
    found = []
    for name, what in WHAT.items():
        wrong = samples["wrong"][name]
        example = "; ".join(wrong["examples"][:1])
        found.append(checks.same_output(name, wrong["count"], samples["requests"], what=what, example=example))
    told, probe = samples["environment"]["told"], samples["environment"]["probe"]
    cases = [(name, _version(name, told.get(name)), _version(name, value)) for name, value in probe.items()]
    return [*found, checks.every_case("environment", cases, what="facts about machine and software")]


def _version(name: str, value: Any) -> Any:
    """A version without its local part (2.13.0+cpu); None, which a check takes for equal to nothing, in words."""
    if value is None:
        return "nothing"
    return value.partition("+")[0] if name == "torch" and isinstance(value, str) else value


def requests(samples: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All requests of the solution in order."""
    return [request for session in samples["sessions"] for request in session["requests"]]


def agreement(reported: list[float], stamped: list[float], smallest: list[float]) -> Interval:
    """Reported over stamped time, 1 when equal; differences count against ``smallest`` seconds at least."""
    rows = zip(reported, stamped, smallest, strict=True)
    return statistics.median_interval([1 + (mine - its) / max(its, least) for mine, its, least in rows])


def agreements(samples: Mapping[str, Any]) -> dict[str, Interval]:
    """Agreement for each segment of load and request, the total and the throughput."""
    found = {}
    loads = samples["sessions"]
    smallest = [SMALLEST_SHARE["load"] * sum(each["stamped"].values()) for each in loads]
    for name in ("load_tokenizer", "load_model"):
        pair = [[each[side][name] for each in loads] for side in ("reported", "stamped")]
        found[name] = agreement(pair[0], pair[1], smallest)
    served = requests(samples)
    smallest = [SMALLEST_SHARE["request"] * each["stamped"]["total"] for each in served]
    for name in (*SEGMENTS, "total"):
        key = "decode_s" if name == "decode" else name
        told = [each["reported"][key] for each in served]
        found[name] = agreement(told, [each["stamped"][name] for each in served], smallest)
    rates = [each["new_tokens"] / each["stamped"]["total"] for each in served]
    found["throughput"] = agreement([each["reported"]["tokens_per_s"] for each in served], rates, rates)
    return found


def sums(samples: Mapping[str, Any]) -> Interval:
    """Reported segments over reported total."""
    parts = []
    for each in requests(samples):
        told = each["reported"]
        total = sum(told["decode_s" if name == "decode" else name] for name in SEGMENTS)
        parts.append(total / told["total"] if told["total"] > 0 else 0.0)
    return statistics.median_interval(parts)


def timing(samples: Mapping[str, Any]) -> list[Check]:
    """What rests on clocks; needs at least one round."""
    found = [
        checks.quantity_between(
            "segments-sum",
            sums(samples),
            1 - SUM_TOLERANCE,
            1 + SUM_TOLERANCE,
            what="your segments added up",
            unit="of your total",
        )
    ]
    for name, value in agreements(samples).items():
        check_id = f"agree-{name.replace('_', '-')}"
        what = f"your {name}"
        found.append(
            checks.quantity_between(check_id, value, 1 - AGREEMENT, 1 + AGREEMENT, what=what, unit="of the referee's")
        )
    ratio = statistics.paired_ratio(samples["seconds"]["solution"], samples["seconds"]["baseline"])
    found.append(
        checks.ratio_at_most("overhead", ratio, OVERHEAD_AT_MOST, what="your requests over those without clocks")
    )
    return found + (_floors(samples) if "ceilings" in samples else [])


def _floors(samples: Mapping[str, Any]) -> list[Check]:
    """A decode step reads every matrix once; a prefill computes two operations per weight and token."""
    ceilings, served = Ceilings.parse(samples["ceilings"]), requests(samples)
    config = samples["config"]
    width = config["heads"] * config["head_dim"]
    weights = 12 * width * width * config["layers"]
    steps = [each["stamped"]["decode"] / (each["new_tokens"] - 1) for each in served]
    prompts = [each["stamped"]["prefill"] / each["prompt_tokens"] for each in served]
    work = {
        "decode": (steps, ceilings.floor_seconds(4 * weights), f"{4 * weights:,} bytes / bandwidth"),
        "prefill": (prompts, ceilings.floor_seconds(0, 2 * weights), f"{2 * weights:,} FLOPs / peak"),
    }
    return [
        checks.not_faster_than_floor(
            f"{name}-floor", statistics.median_interval(seconds), floor, what=f"one token of {name}", formula=formula
        )
        for name, (seconds, floor, formula) in work.items()
    ]
