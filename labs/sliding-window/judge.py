"""Reads the samples: values, bytes, the process's memory, and how time grows with length."""

from __future__ import annotations

import math
from typing import Any

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

LENGTHS = (1024, 2048, 4096)
WINDOW_SLOPE_AT_MOST, FULL_SLOPE_AT_LEAST = 1.3, 1.5
FASTER_AT_LEAST = 1.3  # full over window at the longest prompt
STREAM_GROWTH = 32 << 20  # bytes; all keys and values of the stream would be 128 MiB
MIB = 1 << 20
KINDS = {
    "output": "whole prompts",
    "chunked": "chunked prompts",
    "decode": "prompts with tokens that follow one by one",
    "cache-contents": "caches (unchanged keys and values of the last min(T, W) positions, oldest first)",
}


def judge(samples: Samples) -> Outcome:
    """Judge whatever phases there are; an early end leaves the later ones out."""
    outcome = Outcome()
    for kind, what in KINDS.items():
        if kind in samples["comparisons"]:
            compared = [Comparison.parse(each) for each in samples["comparisons"][kind]]
            outcome.checks.append(checks.within_error_budget(kind, compared, what=what))
    if "sizes" in samples:
        outcome.checks += [_bytes_check(samples["sizes"]), _formula_check(samples["formula"])]
    if "peaks" in samples:
        outcome.checks += [_peak_check(samples["peaks"]), _stream_check(samples["stream"])]
        outcome.plots += _memory_plots(samples)
        outcome.metrics |= {f"peak_mib_{row['tokens']}": row["growth"] / MIB for row in samples["peaks"]}
        outcome.metrics["stream_growth_mib"] = _stream_growth(samples["stream"]) / MIB
    if samples.get("seconds"):
        outcome.checks += time_checks(samples)
        outcome.quietness = Quietness(_control(samples), Scheduling(**samples.get("scheduling", {})))
        _report(samples, outcome)
    return outcome


def time_checks(samples: Samples) -> list[Check]:
    """Exponents of time over length, the ratio at the longest prompt, and the roofline's floor."""
    most = LENGTHS[-1]
    ceilings, (nbytes, flops) = Ceilings.parse(samples["ceilings"]), samples["floor"]
    seconds = statistics.median_interval(samples["seconds"][f"window {most}"])
    formula = f"max({nbytes / 1e6:.1f} MB / bandwidth, {flops / 1e6:.0f} MFLOP / twice the matmul rate)"
    floor = ceilings.floor_seconds(nbytes, flops)
    over = f"time over T = {LENGTHS[0]}..{most}"
    window, full = _slope(samples, "window"), _slope(samples, "full")
    longest = f"full/window time at T = {most}"
    return [
        checks.exponent_between("window-slope", window, 0.0, WINDOW_SLOPE_AT_MOST, what=f"window {over}"),
        checks.exponent_between("full-slope", full, FULL_SLOPE_AT_LEAST, 3.0, what=f"full {over}"),
        checks.ratio_at_least("faster-at-4k", _ratio(samples, most), FASTER_AT_LEAST, what=longest),
        checks.not_faster_than_floor("floor", seconds, floor, what=f"T = {most}", formula=formula),
    ]


def _bytes_check(sizes: list[dict[str, Any]]) -> Check:
    """Exactly the ring once the window is full, and never more before."""
    cases = [
        (row["case"], row["bytes"], row["right"] if row["full"] else min(row["bytes"], row["right"])) for row in sizes
    ]
    what = "bytes of the cache's storages = 2*L*H*D*W*dtype*b once T >= W, at most that before"
    return checks.every_case("cache-bytes", cases, what=what, unit="bytes")


def _formula_check(rows: list[dict[str, Any]]) -> Check:
    order = ("layers", "heads", "head_dim", "tokens", "window", "dtype_bytes", "batch")
    cases = []
    for row in rows:
        sizes = row["sizes"]
        factors = [sizes[name] for name in ("layers", "heads", "head_dim", "dtype_bytes", "batch")]
        right = 2 * math.prod(factors) * min(sizes["tokens"], sizes["window"])
        cases.append((", ".join(f"{name} {sizes[name]}" for name in order), row["answer"], right))
    return checks.every_case("bytes-formula", cases, what="2*L*H*D*min(T, W)*dtype*b", unit="bytes")


def _peak_check(rows: list[dict[str, int]]) -> Check:
    worst = next((row for row in rows if row["growth"] > row["bound"]), rows[-1])
    square = worst["tokens"] ** 2 * 4 / MIB
    what = f"peak of the process at T = {worst['tokens']} above what it held before (T x T float32: {square:.0f} MiB)"
    return checks.at_most("peak-memory", worst["growth"] / MIB, worst["bound"] / MIB, what=what, unit="MiB")


def _stream_growth(stream: list[list[int]]) -> int:
    """Resident bytes at the end over those after two pieces, when everything is loaded and the window is full."""
    return stream[-1][1] - stream[1][1]


def _stream_check(stream: list[list[int]]) -> Check:
    what = f"growth of the process from position {stream[1][0]} to {stream[-1][0]}"
    return checks.at_most("resident-memory", _stream_growth(stream) / MIB, STREAM_GROWTH / MIB, what=what, unit="MiB")


def _slope(samples: Samples, kind: str) -> Interval:
    rows = list(zip(*(samples["seconds"][f"{kind} {tokens}"] for tokens in LENGTHS), strict=True))
    return statistics.slope_interval(LENGTHS, rows, statistics.log_log_slope)


def _ratio(samples: Samples, tokens: int) -> Interval:
    return statistics.paired_ratio(samples["seconds"][f"full {tokens}"], samples["seconds"][f"window {tokens}"])


def _control(samples: Samples) -> Interval:
    return statistics.paired_ratio(samples["seconds"]["control"], samples["seconds"][f"full {LENGTHS[-2]}"])


def _memory_plots(samples: Samples) -> list[Plot]:
    lengths = [row["tokens"] for row in samples["peaks"]]
    lines = [
        Series("measured", lengths, [max(row["growth"] / MIB, 0.1) for row in samples["peaks"]]),
        Series("bound", lengths, [row["bound"] / MIB for row in samples["peaks"]]),
        Series("one T x T matrix", lengths, [4 * tokens**2 / MIB for tokens in lengths]),
    ]
    first = samples["stream"][1][1]
    flow = [(positions, (now - first) / MIB) for positions, now in samples["stream"]]
    held = Series("measured", [positions for positions, _ in flow], [growth for _, growth in flow])
    return [
        Plot("Peak memory of a chunked prefill", "line", "prompt tokens", "MiB", lines, log_x=True, log_y=True),
        Plot("Memory along one sequence", "line", "positions so far", "MiB above the second piece", [held]),
    ]


def _report(samples: Samples, outcome: Outcome) -> None:
    rows, series = [], []
    for kind in ("window", "full"):
        spans = [statistics.median_interval(samples["seconds"][f"{kind} {tokens}"]) for tokens in LENGTHS]
        spans = [Interval(each.estimate * 1e3, each.low * 1e3, each.high * 1e3) for each in spans]
        series.append(Series.of_intervals(kind, LENGTHS, spans))
        slope = _slope(samples, kind)
        rows.append([kind, *(round(each.estimate, 2) for each in spans), round(slope.estimate, 2)])
        outcome.metrics[f"{kind}_slope"], outcome.intervals[f"{kind}_slope"] = slope.estimate, slope
    ratio = _ratio(samples, LENGTHS[-1])
    outcome.metrics["full_over_window_4k"], outcome.intervals["full_over_window_4k"] = ratio.estimate, ratio
    columns = ["attention", *(f"ms at T = {tokens}" for tokens in LENGTHS), "exponent"]
    outcome.tables.append(Table(f"Prefill time, W = {samples['window']}, chunk {samples['chunk']}", columns, rows))
    plot = Plot("Prefill time against length", "line", "prompt tokens", "ms", series, log_x=True, log_y=True)
    outcome.plots.insert(0, plot)
    outcome.observation = {
        "model": f"attention of one layer, window {samples['window']}, float32",
        "prompt": "random queries, keys and values, T = " + "/".join(map(str, LENGTHS)),
        "batch_size": 1,
        "notes": f"{len(samples['seconds']['control'])} interleaved rounds, profile {samples['profile']}",
        "prefill": f"{rows[0][3]} ms with the window, {rows[1][3]} ms full, at T = {LENGTHS[-1]}",
        "observations": f"time grows as T^{rows[0][4]} with the window and T^{rows[1][4]} without",
    }
