"""Reads checks off the samples: what is right or wrong, and what rests on time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cost

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check
from graders.outcome import Samples
from graders.statistics import Interval

DTYPE_BYTES = 4
OUTPUT_LENGTHS = {"short": 4, "middle": 16, "long": 36}  # tokens
SLOWER_AT_MOST = 1.5  # than the referee's own; token by token is about 5, recomputing about 17
DECODE_OVER_PREFILL = 2.5  # per token; 6.2 to 8.4 was measured with float32 on one core


def expected(case: Mapping[str, Any]) -> dict[str, cost.Cost]:
    """The right cost of both phases for one case of the formulas."""
    shape = (case["config"], case["tokens"], case["batch"], case["dtype_bytes"])
    return {"prefill": cost.prefill(*shape), "decode": cost.decode(*shape)}


def facts(samples: Samples) -> list[Check]:
    """Tokens, cache, formulas: no noise excuses them."""
    generations, caches = samples["generations"], samples["caches"]
    return [
        checks.same_output(
            "tokens",
            generations["wrong"],
            generations["judged"],
            what="generations",
            example="; ".join(generations["examples"][:1]),
        ),
        _growth(caches),
        *_formulas(samples["costs"]),
        _intensity(samples["costs"]),
        _bound(samples["bounds"]),
    ]


def _growth(caches: Mapping[str, Any]) -> Check:
    row = caches["wrong"][0] if caches["wrong"] else caches["largest"]
    formula = f"2*L*H*D*T*4*b at {row[0]} ({caches['seen']} caches seen)"
    return checks.exact("cache-growth", row[1], row[2], unit="bytes", formula=formula)


def _formulas(costs: list[dict[str, Any]]) -> list[Check]:
    found = []
    for phase, which, unit in (
        ("prefill", "flops", "FLOPs"),
        ("prefill", "nbytes", "bytes"),
        ("decode", "flops", "FLOPs"),
        ("decode", "nbytes", "bytes"),
    ):
        at, name = (0, "flops") if which == "flops" else (1, "bytes")
        cases = [(_words(case), case[phase][at], getattr(expected(case)[phase], which)) for case in costs]
        found.append(checks.every_case(f"{phase}-{name}", cases, what=f"{unit} of {phase}", unit=unit))
    return found


def _words(case: Mapping[str, Any]) -> str:
    config = case["config"]
    sizes = f"L={config['layers']} H={config['heads']} D={config['head_dim']} V={config['vocab']}"
    return f"{sizes} T={case['tokens']} b={case['batch']} {case['dtype_bytes']} bytes"


def _intensity(costs: list[dict[str, Any]]) -> Check:
    """The learner's own counts say that decode has fewer FLOPs per byte than prefill, wherever the prompt is longer."""
    worst = max(costs, key=lambda case: _per_byte(case["decode"]) / max(_per_byte(case["prefill"]), 1e-12))
    per_byte = {phase: _per_byte(worst[phase]) for phase in ("decode", "prefill")}
    return checks.rising_order("intensity", per_byte, what=f"FLOPs per byte at {_words(worst)}")


def _per_byte(counted: list[int]) -> float:
    return counted[0] / counted[1] if counted[1] > 0 else 0.0


def _bound(bounds: list[dict[str, Any]]) -> Check:
    cases = []
    for case in bounds:
        ridge = case["peak_flops"] / case["peak_bandwidth"]
        per_byte = case["flops"] / case["nbytes"]
        cases.append(
            (
                f"{per_byte:.3g} FLOPs/byte on a machine with its ridge at {ridge:.3g}",
                case["answer"],
                "compute" if per_byte > ridge else "memory",
            )
        )
    return checks.every_case("bound", cases, what="limits named by the roofline")


def control(times: Mapping[str, Any]) -> Interval:
    """Total time of two copies of the referee's own code."""
    return statistics.paired_ratio(times["control"]["total"], times["baseline"]["total"])


def shares(times: Mapping[str, Any]) -> dict[str, Interval]:
    """Decode's share of a request's time by output length, with intervals."""
    found = {}
    for size in OUTPUT_LENGTHS:
        arm = times[f"solution {size}"]
        found[size] = statistics.median_interval([d / t for d, t in zip(arm["decode"], arm["total"], strict=True)])
    return found


def per_token_ratio(times: Mapping[str, Any], prompts: list[int]) -> Interval:
    """The referee's decode step over the learner's prefill time for one prompt token.

    The mean step: 16 of them take about as long as the prefill, so a busy machine slows both sides alike.
    """
    prefill = times["solution middle"]["prefill"]
    per_token = [seconds / length for seconds, length in zip(prefill, prompts, strict=True)]
    return statistics.paired_ratio(times["baseline"]["mean_step"], per_token)


def timing(samples: Samples) -> list[Check]:
    """What rests on intervals; needs at least one round."""
    times, prompts = samples["times"], samples["prompts"]
    mine, own = times["solution middle"], times["baseline"]
    found = [
        checks.ratio_at_most(
            "prefill-time",
            statistics.paired_ratio(mine["prefill"], own["prefill"]),
            SLOWER_AT_MOST,
            what="your time to the first token over the referee's",
        ),
        checks.ratio_at_most(
            "decode-time",
            statistics.paired_ratio(mine["step"], own["step"]),
            SLOWER_AT_MOST,
            what="your decode step over the referee's",
        ),
        checks.ratio_at_least(
            "decode-over-prefill",
            per_token_ratio(times, prompts),
            DECODE_OVER_PREFILL,
            what="one decode step over your prefill time per prompt token",
        ),
        checks.monotone_increasing(
            "decode-share",
            list(OUTPUT_LENGTHS.values()),
            list(shares(times).values()),
            what="decode's share of the request's time",
        ),
    ]
    if "ceilings" in samples:
        found += _floors(samples)
    return found


def _floors(samples: Samples) -> list[Check]:
    times, ceilings = samples["times"]["solution middle"], Ceilings.parse(samples["ceilings"])
    shortest = min(samples["prompts"])
    work = {
        "prefill": cost.prefill(samples["config"], shortest, 1, DTYPE_BYTES),
        "step": cost.decode(samples["config"], shortest, 1, DTYPE_BYTES),
    }
    found = []
    for name, each in work.items():
        phase = "decode" if name == "step" else name
        found.append(
            checks.not_faster_than_floor(
                f"{phase}-floor",
                statistics.median_interval(times[name]),
                ceilings.floor_seconds(each.nbytes, each.flops),
                what=f"{phase} of your code",
                formula=f"max({each.nbytes:,} bytes / bandwidth, {each.flops:,} FLOPs / twice the matmul rate)"
                f" at prompt {shortest}",
            )
        )
    return found
