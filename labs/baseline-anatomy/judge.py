"""Reads the samples of a run: checks, the anatomy of a request, the filled-in observation template. Pure."""

from __future__ import annotations

import findings

from graders import checks, statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

LOADS = ("load_tokenizer", "load_model")


def judge(samples: Samples) -> Outcome:
    """Return checks, plots, tables and metrics; facts alone when the run ended before anything was timed."""
    outcome = Outcome(checks=findings.facts(samples))
    if any(not check.passed for check in outcome.checks):
        return outcome
    if not samples.get("sessions"):
        outcome.checks.append(checks.holds("timed", False, "the run ended before a single round was timed"))
        return outcome
    outcome.checks += findings.timing(samples)
    control = statistics.paired_ratio(samples["seconds"]["control"], samples["seconds"]["baseline"])
    outcome.quietness = Quietness(control, Scheduling(**samples["scheduling"]))
    outcome.intervals = {f"agree_{name}": value for name, value in findings.agreements(samples).items()}
    stamped, reported = _seconds(samples, "stamped"), _seconds(samples, "reported")
    served = findings.requests(samples)
    rate = statistics.median([each["new_tokens"] / each["stamped"]["total"] for each in served])
    outcome.metrics = {f"{name}_ms": value.estimate * 1e3 for name, value in stamped.items()}
    outcome.metrics |= {"tokens_per_s": rate, "first_request_factor": _first_request(samples)}
    outcome.plots = [_anatomy(stamped, reported), _requests(samples)]
    outcome.tables = [_table(samples, stamped, reported)]
    outcome.observation = _observation(samples, stamped, rate)
    return outcome


def _seconds(samples: Samples, side: str) -> dict[str, Interval]:
    """Median seconds of every segment, as ``stamped`` by the referee or ``reported``."""
    found = {name: statistics.median_interval([each[side][name] for each in samples["sessions"]]) for name in LOADS}
    for name in (*findings.SEGMENTS, "total"):
        key = "decode_s" if side == "reported" and name == "decode" else name
        found[name] = statistics.median_interval([each[side][key] for each in findings.requests(samples)])
    return found


def _first_request(samples: Samples) -> float:
    """Prefill time per prompt token in a process's first request over its median in all later ones."""
    times = samples["prefill_s_per_token"]["solution"]
    return float(times[0] / statistics.median(times[1:]))


def _anatomy(stamped: dict[str, Interval], reported: dict[str, Interval]) -> Plot:
    bars = []
    for name, seconds in (("referee's stamps", stamped), ("your report", reported)):
        parts = {part: value for part, value in seconds.items() if part != "total"}
        scaled = [Interval(v.estimate * 1e3, v.low * 1e3, v.high * 1e3) for v in parts.values()]
        bars.append(Series.of_intervals(name, list(parts), scaled))
    return Plot("Where the time of a request goes", "bar", "segment", "ms", bars)


def _requests(samples: Samples) -> Plot:
    lines = []
    for name, times in samples["prefill_s_per_token"].items():
        lines.append(Series(name, list(range(1, len(times) + 1)), [value * 1e3 for value in times]))
    title = "First request and steady state"
    return Plot(title, "line", "request since the process began", "prefill ms per prompt token", lines, log_y=True)


def _table(samples: Samples, stamped: dict[str, Interval], reported: dict[str, Interval]) -> Table:
    rows: list[list[str | float | int | None]] = []
    agreements = findings.agreements(samples)
    for name, value in stamped.items():
        share = None if name in LOADS else round(100 * value.estimate / stamped["total"].estimate, 1)
        numbers = [round(seconds.estimate * 1e3, 3) for seconds in (value, reported[name])]
        rows.append([name, *numbers, round(agreements[name].estimate, 3), share])
    return Table("Segments", ["segment", "stamped ms", "reported ms", "agreement", "% of the request"], rows)


def _observation(samples: Samples, stamped: dict[str, Interval], rate: float) -> dict[str, str | float | int | None]:
    told, config = samples["environment"]["told"], samples["config"]
    served = findings.requests(samples)
    steps = [step * 1e3 for step in served[-1]["reported"]["decode"]]
    largest = max(findings.SEGMENTS, key=lambda name: stamped[name].estimate)
    share = stamped[largest].estimate / stamped["total"].estimate
    return {
        "hardware": f"{told['cpu']}, {told['cores']} cores, {told['ram_bytes'] / 2**30:.0f} GiB RAM",
        "model": f"tiny random GPT, {config['layers']} layers, width {config['heads'] * config['head_dim']}, float32",
        "prompt": "random words, " + " to ".join(str(f(each["prompt_tokens"] for each in served)) for f in (min, max)),
        "max_tokens": max(each["new_tokens"] for each in served),
        "batch_size": 1,
        "notes": f"{len(samples['sessions'])} sessions, torch {told['torch']}, {told['dtype']}",
        "load_model": f"{stamped['load_model'].estimate * 1e3:.2f} ms",
        "load_tokenizer": f"{stamped['load_tokenizer'].estimate * 1e3:.2f} ms",
        "prefill": f"{stamped['prefill'].estimate * 1e3:.2f} ms",
        "per_token_latency": ", ".join(f"{step:.2f}" for step in steps) + " ms",
        "throughput": rate,
        "observations": f"{largest} is the largest segment, {share:.0%} of the request",
    }
