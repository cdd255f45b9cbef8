"""Reads checks off the samples: what is right or wrong, and whether report and stamps agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check
from graders.outcome import Samples
from graders.statistics import Interval

SUM_TOLERANCE, AGREEMENT = 0.05, 0.10
EACH_AT_MOST = 0.02  # clocks in the right places were off by 0.0072 at most, a model of the cost by 0.06 and more
# A segment below this share is allowed AGREEMENT of the share instead: to hand an event over takes 20 to 40 us.
SHARE_OF_REQUEST, SHARE_OF_LOAD, LOAD_SHARE_OF_REQUEST = 0.1, 0.5, 0.02
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
    smallest = [
        max(
            SHARE_OF_LOAD * sum(each["stamped"].values()),
            LOAD_SHARE_OF_REQUEST * each["requests"][0]["stamped"]["total"],
        )
        for each in loads
    ]
    for name in ("load_tokenizer", "load_model"):
        pair = [[each[side][name] for each in loads] for side in ("reported", "stamped")]
        found[name] = agreement(pair[0], pair[1], smallest)
    served = requests(samples)
    smallest = [SHARE_OF_REQUEST * each["stamped"]["total"] for each in served]
    for name in (*SEGMENTS, "total"):
        key = "decode_s" if name == "decode" else name
        told = [each["reported"][key] for each in served]
        found[name] = agreement(told, [each["stamped"][name] for each in served], smallest)
    rates = [each["new_tokens"] / each["stamped"]["total"] for each in served]
    found["throughput"] = agreement([each["reported"]["tokens_per_s"] for each in served], rates, rates)
    return found


def deviation(samples: Mapping[str, Any]) -> Interval:
    """How far the segments of a request are off, either way, together: the worst request of two neighbouring sessions.

    Of the request's time. Prompts and answers differ in length, so a report of another request, or of an average one,
    is far off, even where it is right in the mean. A model of cost that follows the lengths is off in some of them.
    """
    worst = [max(map(_off, session["requests"])) for session in samples["sessions"]]
    return statistics.median_interval([max(pair) for pair in pairwise(worst)] or worst)


def _off(request: Mapping[str, Any]) -> float:
    told, stamped = request["reported"], request["stamped"]
    parts = {name: told["decode_s" if name == "decode" else name] for name in SEGMENTS}
    return float(sum(abs(parts[name] - stamped[name]) for name in SEGMENTS) / stamped["total"])


def segments_sum(samples: Mapping[str, Any]) -> Check:
    """The reported segments of all requests add up to their reported totals.

    No timing check: both sides are one clock's figures of the same moments, so a busy machine stretches both.
    """
    told = [each["reported"] for each in requests(samples)]
    parts = {name: sum(each["decode_s" if name == "decode" else name] for each in told) for name in SEGMENTS}
    total = sum(each["total"] for each in told)
    what = f"{len(told)} requests"
    return checks.sums_to("segments-sum", parts, total, tolerance=SUM_TOLERANCE, what=what, unit="s")


def timing(samples: Mapping[str, Any]) -> list[Check]:
    """What rests on clocks; needs at least one round."""
    found = [segments_sum(samples)]
    for name, value in agreements(samples).items():
        check_id = f"agree-{name.replace('_', '-')}"
        what = f"your {name}"
        found.append(
            checks.quantity_between(check_id, value, 1 - AGREEMENT, 1 + AGREEMENT, what=what, unit="of the referee's")
        )
    what = "the segments of a request, the worst of four, are together off by"
    off = deviation(samples)
    found.append(checks.quantity_between("each-request", off, 0.0, EACH_AT_MOST, what=what, unit="of the request"))
    ratio = statistics.paired_ratio(samples["seconds"]["solution"], samples["seconds"]["baseline"])
    found.append(
        checks.ratio_at_most("overhead", ratio, OVERHEAD_AT_MOST, what="your requests over those without clocks")
    )
    return [*found, _floor(samples)] if "ceilings" in samples else found


def _floor(samples: Mapping[str, Any]) -> Check:
    """A prefill computes two operations per weight and token, a decode step reads every matrix once."""
    ceilings, served, config = Ceilings.parse(samples["ceilings"]), requests(samples), samples["config"]
    width = config["heads"] * config["head_dim"]
    weights = 12 * width * width * config["layers"]
    step = ceilings.floor_seconds(4 * weights)
    shortest = min(
        ceilings.floor_seconds(0, 2 * weights * each["prompt_tokens"]) + (each["new_tokens"] - 1) * step
        for each in served
    )
    seconds = statistics.median_interval([each["stamped"]["total"] for each in served])
    formula = (
        f"{2 * weights:,} FLOPs per prompt token / twice the matmul rate"
        f" + {4 * weights:,} bytes per decode step / bandwidth"
    )
    return checks.not_faster_than_floor("request-floor", seconds, shortest, what="a request", formula=formula)
