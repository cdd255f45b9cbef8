"""Reads the samples: which rules were broken, whether logits are right, what a cached prefix saves."""

from __future__ import annotations

from audit import RULES

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

SHARES = (0.5, 0.75, 0.875)  # of the prompt that is cached
GRADED = SHARES[1:]  # at 0.5 the bound is at most 1.4 times the suffix share itself: too close for a busy machine
OVERHEAD = 0.2  # of an uncached prefill: hashing, the gather of cached keys and values, launches of small operations
MISS_AT_MOST = 1.3
TITLES = {
    "refusal": "a request is refused exactly when blank and evictable blocks do not suffice, and then nothing changes",
    "reused-tokens": "the longest cached prefix of whole blocks is reused",
    "no-false-hit": "a block is reused only behind the same prefix",
    "extra-key": "a block is reused only under the same extra key",
    "last-token": "the block with the prompt's last token is never reused",
    "no-overlap": "no block is handed out while a request holds it",
    "eviction-order": "blank blocks first, then the least recently used, the end of a prompt before its start",
    "capacity": "ceil(n / B) blocks for n tokens, all of them in the pool",
}


def judge(samples: Samples) -> Outcome:
    """Judge whatever phases there are; an early end leaves the later ones out."""
    outcome = Outcome(checks=_rule_checks(samples))
    outcome.metrics = {name: float(count) for name, count in samples["events"].items()}
    outcome.metrics["operations"] = float(samples["operations"])
    if "comparisons" in samples:
        outcome.checks += _served_checks(samples)
    if "seconds" in samples:
        outcome.checks += time_checks(samples)
        outcome.quietness = Quietness(_control(samples), Scheduling(**samples.get("scheduling", {})))
        _report(samples, outcome)
    return outcome


def time_checks(samples: Samples) -> list[Check]:
    """TTFT of cached prompts and of an uncached one over the baseline's, and what no machine can undercut."""
    length, ceilings = samples["length"], Ceilings.parse(samples["ceilings"])
    found = []
    for share in GRADED:
        suffix = 1 - samples["reused"][f"{share:g}"] / length
        what = f"TTFT(hit)/TTFT(uncached) with {1 - suffix:.1%} cached (suffix share {suffix:.3f} + {OVERHEAD})"
        ratio = _ratio(samples, f"{share:g}")
        found.append(checks.ratio_at_most(f"ttft-{round(100 * share)}", ratio, suffix + OVERHEAD, what=what))
    found.append(
        checks.ratio_at_most("miss-cost", _ratio(samples, "miss"), MISS_AT_MOST, what="TTFT(miss)/TTFT(uncached)")
    )
    most = f"{SHARES[-1]:g}"
    nbytes, flops = samples["floors"][most]
    seconds = statistics.median_interval(samples["seconds"][most])
    formula = f"max({nbytes / 1e6:.1f} MB / bandwidth, {flops / 1e6:.0f} MFLOP / twice the matmul rate)"
    floor = ceilings.floor_seconds(nbytes, flops)
    found.append(checks.not_faster_than_floor("floor", seconds, floor, what="the shortest hit", formula=formula))
    return found


def _rule_checks(samples: Samples) -> list[Check]:
    found = []
    for rule in RULES:
        text = samples["violations"].get(rule)
        message = text or f"{TITLES[rule]}: held in {samples['operations']:,} operations"
        found.append(checks.holds(rule, text is None, message, value=int(text is not None), bound=0, unit="violations"))
    return found


def _served_checks(samples: Samples) -> list[Check]:
    cases = sorted((str(what), told, right) for what, told, right in samples["reuse"])
    compared = [Comparison.parse(each) for each in samples["comparisons"]]
    worst = max((each.worst for each in compared), default=0.0)
    text = f"{samples['served'] - samples['wrong_logits']} of {samples['served']} prompts have the logits of an "
    text += f"uncached float64 run, the worst used {worst:.1%} of the error budget"
    if samples["wrong_logits"]:
        first = compared[0]
        text += f"; first wrong: {first.case}, token {list(first.where)}: {first.got:.6g}, right is {first.right:.6g}"
    right = samples["wrong_logits"] == 0 and samples["served"] > 0
    return [
        checks.every_case("served-reuse", cases, what="prompts served through the cache", unit="tokens reused"),
        checks.holds("logits", right, text, value=min(worst, 1e30), bound=1, unit="of the budget"),
    ]


def _ratio(samples: Samples, arm: str) -> Interval:
    return statistics.paired_ratio(samples["seconds"][arm], samples["seconds"]["baseline"])


def _control(samples: Samples) -> Interval:
    return _ratio(samples, "control")


def _report(samples: Samples, outcome: Outcome) -> None:
    length = samples["length"]
    arms = {"miss": 0, **{f"{share:g}": samples["reused"][f"{share:g}"] for share in SHARES}}
    shares, ratios = [count / length for count in arms.values()], [_ratio(samples, arm) for arm in arms]
    rows = []
    for (arm, count), ratio in zip(arms.items(), ratios, strict=True):
        milliseconds = statistics.median(samples["seconds"][arm]) * 1e3
        row = [count, length, round(1 - count / length, 3), round(milliseconds, 2), round(ratio.estimate, 3)]
        rows.append(row)
        name = "ratio_miss" if arm == "miss" else f"ratio_{round(100 * float(arm))}"
        outcome.metrics[name], outcome.intervals[name] = ratio.estimate, ratio
    plain = statistics.median(samples["seconds"]["baseline"]) * 1e3
    outcome.metrics["uncached_ttft_ms"] = plain
    columns = ["cached tokens", "prompt tokens", "suffix share", "TTFT ms", "TTFT / uncached"]
    outcome.tables.append(Table(f"Time to first token (uncached: {plain:.2f} ms)", columns, rows))
    graded = shares[-len(GRADED) :]
    lines = [
        Series.of_intervals("measured", shares, ratios),
        Series("suffix share", shares, [1 - share for share in shares]),
        Series("bound", graded, [1 - share + OVERHEAD for share in graded]),
    ]
    outcome.plots.append(Plot("TTFT against cached share", "line", "cached share", "TTFT / uncached", lines))
    model = samples["model"]
    outcome.observation = {
        "model": f"tiny random GPT, {model['layers']} layers x {model['heads']} heads x {model['head_dim']}, float32",
        "prompt": f"{length} random tokens, 0 to {max(arms.values())} of them cached",
        "max_tokens": 1,
        "batch_size": 1,
        "notes": f"{len(samples['seconds']['baseline'])} interleaved rounds, profile {samples['profile']}",
        "prefill": f"TTFT {plain:.2f} ms uncached, {rows[-1][3]} ms with {rows[-1][0]} tokens cached",
        "observations": "; ".join(f"{row[4]}x at suffix share {row[2]}" for row in rows),
    }
