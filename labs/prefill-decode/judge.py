"""Reads the samples of a run: checks, the roofline, the shares of both phases. Pure."""

from __future__ import annotations

import cost
import findings
from findings import OUTPUT_LENGTHS

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

ROOF_POINTS = [2.0**power for power in range(-2, 10)]  # FLOPs per byte


def judge(samples: Samples) -> Outcome:
    """Return checks, plots, tables and metrics; facts alone when the run ended before anything was timed."""
    outcome = Outcome(checks=findings.facts(samples))
    if any(not check.passed for check in outcome.checks):
        return outcome
    if not samples.get("prompts"):
        outcome.checks.append(checks.holds("timed", False, "the run ended before a single round was timed"))
        return outcome
    times = samples["times"]
    outcome.checks += findings.timing(samples)
    outcome.quietness = Quietness(findings.control(times), Scheduling(**samples["scheduling"]))
    shares = findings.shares(times)
    ratio = findings.per_token_ratio(times, samples["prompts"])
    outcome.intervals = {"decode_over_prefill": ratio} | {f"decode_share_{size}": shares[size] for size in shares}
    outcome.metrics = {name: interval.estimate for name, interval in outcome.intervals.items()}
    outcome.plots.append(_share_plot(shares))
    _roofline(samples, outcome)
    outcome.observation = _observation(samples, shares, ratio)
    return outcome


def _share_plot(shares: dict[str, Interval]) -> Plot:
    percent = [Interval(i.estimate * 100, i.low * 100, i.high * 100) for i in shares.values()]
    line = Series.of_intervals("decode", list(OUTPUT_LENGTHS.values()), percent)
    return Plot("Decode's share of a request's time", "line", "output tokens", "% of the time", [line])


def _roofline(samples: Samples, outcome: Outcome) -> None:
    ceilings, config = Ceilings.parse(samples["ceilings"]), samples["config"]
    prompt = int(statistics.median(samples["prompts"]))
    times = samples["times"]["solution middle"]
    work = {"prefill": cost.prefill(config, prompt, 1, 4), "decode": cost.decode(config, prompt, 1, 4)}
    seconds = {"prefill": statistics.median(times["prefill"]), "decode": statistics.median(times["step"])}
    peak, ridge = ceilings.flops["float32"], ceilings.ridge()
    roof = [min(peak, peak / ridge * x) / 1e9 for x in ROOF_POINTS]
    series = [Series("roof of one core", ROOF_POINTS, roof)]
    rows: list[list[str | float | int | None]] = []
    for phase, each in work.items():
        rate, moved = each.flops / seconds[phase], each.nbytes / seconds[phase]
        series.append(Series(phase, [each.intensity], [rate / 1e9]))
        limit = "compute" if each.intensity > ridge else "memory"
        numbers = [each.intensity, seconds[phase] * 1e3, rate / 1e9, 100 * rate / peak, moved / 1e9]
        rows.append([phase, each.flops, each.nbytes, *(round(number, 3) for number in numbers), limit])
        outcome.metrics |= {f"{phase}_ms": seconds[phase] * 1e3, f"{phase}_gflops": rate / 1e9}
    columns = ["phase", "FLOPs", "bytes", "FLOPs/byte", "ms", "GFLOP/s", "% of peak", "GB/s", "limit by roofline"]
    outcome.tables.append(Table(f"Both phases at prompt {prompt}, ridge {ridge:.1f} FLOPs/byte", columns, rows))
    title = "Roofline: both phases under the limits of one core"
    outcome.plots.append(Plot(title, "line", "FLOPs/byte", "GFLOP/s", series, log_x=True, log_y=True))


def _observation(samples: Samples, shares: dict[str, Interval], ratio: Interval) -> dict[str, str | float | int | None]:
    config, times = samples["config"], samples["times"]["solution middle"]
    step, prefill = statistics.median(times["step"]), statistics.median(times["prefill"])
    told = ", ".join(f"{shares[size].estimate:.0%} at {count} tokens" for size, count in OUTPUT_LENGTHS.items())
    width = config["heads"] * config["head_dim"]
    return {
        "model": f"tiny random GPT, {config['layers']} layers, width {width}, float32",
        "prompt": f"random tokens, {min(samples['prompts'])} to {max(samples['prompts'])} of them",
        "max_tokens": OUTPUT_LENGTHS["long"],
        "batch_size": 1,
        "notes": f"{len(samples['prompts'])} interleaved rounds",
        "prefill": f"{prefill * 1e3:.2f} ms",
        "per_token_latency": f"{step * 1e3:.2f} ms",
        "throughput": 1 / step,
        "observations": f"decode takes {told}; one decode step costs as much as {ratio.estimate:.1f} prompt tokens",
    }
