"""Reads the samples of a run: checks, the timeline of both schedules, the trade-off of the budget. Pure."""

from __future__ import annotations

from itertools import pairwise

import findings

from graders import checks, statistics
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.verdict import Quietness


def judge(samples: Samples) -> Outcome:
    """Return checks, plots, tables and metrics; rules alone when the run ended before anything was timed."""
    outcome = Outcome(checks=findings.facts(samples))
    if any(not check.passed for check in outcome.checks):
        return outcome
    if "seconds" not in samples:
        outcome.checks.append(checks.holds("timed", False, "the run ended before a single round was timed"))
        return outcome
    outcome.checks += findings.timing(samples)
    control = statistics.paired_ratio(samples["seconds"]["control"], samples["seconds"]["uncut"])
    outcome.quietness = Quietness(control, Scheduling(**samples["scheduling"]))
    outcome.intervals = findings.ratios(samples)
    outcome.metrics = {name: interval.estimate for name, interval in outcome.intervals.items()}
    for name in ("chunked", "uncut"):
        outcome.metrics[f"max_itl_ms_{name}"] = statistics.median(samples["max_gap_s"][name]) * 1e3
        outcome.metrics[f"longest_ttft_ms_{name}"] = statistics.median(samples["longest_ttft_s"][name]) * 1e3
        outcome.metrics[f"tokens_per_s_{name}"] = statistics.median(samples["tokens_per_s"][name])
    outcome.metrics |= {"budget": samples["chosen"], "scheduler_us_per_step": max(0.0, samples["decision_s"]) * 1e6}
    outcome.plots = [_timeline(samples), *_trade_off(samples)]
    outcome.tables = [_table(samples)]
    outcome.observation = {
        "model": "tiny random GPT, 4 layers, width 128, float32",
        "prompt": "six short prompts, then two of 640 to 720 tokens",
        "batch_size": samples["max_running"],
        "notes": f"{len(samples['orders'])} interleaved rounds, token budget {samples['chosen']}",
        "throughput": outcome.metrics["tokens_per_s_chunked"],
        "observations": (
            f"longest wait {outcome.metrics['max_itl_ms_chunked']:.1f} ms in chunks, "
            f"{outcome.metrics['max_itl_ms_uncut']:.1f} ms uncut; "
            f"throughput {outcome.metrics['throughput_ratio']:.2f} of uncut"
        ),
    }
    return outcome


def _timeline(samples: Samples) -> Plot:
    lines = []
    for name, ends in samples["step_ends_s"].items():
        if name != "control":
            milliseconds = [(b - a) * 1e3 for a, b in pairwise([0.0, *ends])]
            lines.append(Series(name, [end * 1e3 for end in ends], milliseconds))
    title = "Every step is a wait for all who decode (last round)"
    return Plot(title, "line", "ms since the load began", "ms the step took", lines)


def _trade_off(samples: Samples) -> list[Plot]:
    sweep = samples.get("sweep") or []
    if not sweep:
        return []
    uncut_gap = statistics.median(samples["max_gap_s"]["uncut"])
    uncut_rate = statistics.median(samples["tokens_per_s"]["uncut"])
    budgets = [each["budget"] for each in sweep]
    chosen = [samples["chosen"]]
    ratios = findings.ratios(samples)
    lines = [
        Series("longest wait / uncut", budgets, [each["max_gap_s"] / uncut_gap for each in sweep]),
        Series("tokens per second / uncut", budgets, [each["tokens_per_s"] / uncut_rate for each in sweep]),
        Series.of_intervals("your longest wait", chosen, [ratios["max_itl_ratio"]]),
        Series.of_intervals("your tokens per second", chosen, [ratios["throughput_ratio"]]),
    ]
    return [Plot("What the budget trades", "line", "token budget", "relative to uncut prompts", lines, log_x=True)]


def _table(samples: Samples) -> Table:
    rows: list[list[str | float | int | None]] = []
    for name in ("uncut", "chunked"):
        gap = statistics.median(samples["max_gap_s"][name]) * 1e3
        first = statistics.median(samples["longest_ttft_s"][name]) * 1e3
        rate = statistics.median(samples["tokens_per_s"][name])
        rows.append([name, len(samples["step_ends_s"][name]), round(gap, 2), round(first, 2), round(rate, 1)])
    columns = ["schedule", "steps", "longest wait between tokens, ms", "longest time to first token, ms", "tokens/s"]
    return Table("The timed load", columns, rows)
