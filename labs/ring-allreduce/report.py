"""What the runs looked like: time over size on the model clock, bytes over ranks, a table, the wall time here."""

from __future__ import annotations

from statistics import median
from typing import Any

from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.wire import fit_line

NAMES = {"ring_all_reduce": "ring", "tree_all_reduce": "tree"}


def describe(outcome: Outcome, samples: Samples) -> None:
    """Fill plots, table, metrics and observation with what the samples hold."""
    runs, sweep, gloo = samples["runs"], samples["sweep"], samples["gloo"]
    outcome.metrics = {"runs": float(len(runs) + len(sweep)), "messages": float(_messages(runs + sweep))}
    outcome.tables = [_table(runs)]
    outcome.plots = [_bytes_plot(runs)]
    if sweep:
        outcome.plots.insert(0, _time_plot(sweep, "model_seconds", "Time over size on the model clock, 4 ranks"))
        outcome.plots.append(_time_plot(sweep, "seconds", "Wall time over size here, 4 ranks on one core"))
        outcome.metrics |= _fit(sweep)
    if gloo and gloo["own_s"]:
        moved = 2 * (gloo["size"] - 1) / gloo["size"] * gloo["nbytes"]
        outcome.metrics["gloo_seconds"] = gloo["seconds"]
        outcome.metrics["gloo_busbw_own"] = moved / gloo["own_s"]
        outcome.metrics["gloo_busbw_library"] = moved / gloo["library_s"]
    most = max((run["n"] for run in runs), default=0)
    outcome.observation = {
        "prompt": f"{len(runs) + len(sweep)} all-reduces of float32 over 2 to {most} ranks",
        "notes": "bytes and messages counted by the referee's switch; " + _gloo_note(gloo),
        "observations": _words(sweep),
    }


def _messages(runs: list[dict[str, Any]]) -> int:
    return sum(sum(run["messages"]) for run in runs)


def _table(runs: list[dict[str, Any]]) -> Table:
    columns = ["algorithm", "ranks", "elements", "bytes of rank 0", "bytes in all", "messages in all", "model time"]
    rows: list[list[str | float | int | None]] = [
        [NAMES[run["function"]], run["n"], run["elements"], run["bytes"][0], sum(run["bytes"]), sum(run["messages"]),
         float(f"{run['model_seconds']:.6g}")]
        for run in runs
    ]  # fmt: skip
    return Table("Runs (model time: ring in s at 5 us + 0.1 ns/byte, tree in messages)", columns, rows)


def _bytes_plot(runs: list[dict[str, Any]]) -> Plot:
    series = []
    for function, name in NAMES.items():
        shares: dict[int, list[float]] = {}
        for run in runs:
            if run["function"] == function and run["elements"] >= 100:
                shares.setdefault(run["n"], []).append(max(run["bytes"]) / (4 * run["elements"]))
        ranks = sorted(shares)
        series.append(Series(f"{name}: busiest rank", ranks, [max(shares[n]) for n in ranks]))
    most = max((run["n"] for run in runs), default=2)
    ideal = list(range(2, most + 1))
    series.append(Series("2(n-1)/n", ideal, [2 * (n - 1) / n for n in ideal]))
    return Plot("Bytes sent by the busiest rank over the bytes of the array", "line", "ranks", "bytes / S", series)


def _time_plot(sweep: list[dict[str, Any]], key: str, title: str) -> Plot:
    series = []
    for function, name in NAMES.items():
        points = _medians(sweep, function, key)
        series.append(Series(name, list(points), list(points.values())))
    return Plot(title, "line", "bytes", "s", series, log_x=True, log_y=True)


def _medians(sweep: list[dict[str, Any]], function: str, key: str) -> dict[int, float]:
    values: dict[int, list[float]] = {}
    for run in sweep:
        if run["function"] == function:
            values.setdefault(4 * run["elements"], []).append(run[key])
    return {size: median(values[size]) for size in sorted(values)}


def _fit(sweep: list[dict[str, Any]]) -> dict[str, float]:
    """Latency and rate of t = alpha + beta S through the wall times here."""
    points = _medians(sweep, "ring_all_reduce", "seconds")
    if len(points) < 3:
        return {}
    latency, per_byte, share = fit_line(list(points), list(points.values()))
    return {"wall_alpha_s": latency, "wall_beta_s_per_byte": per_byte, "wall_r_squared": share}


def _gloo_note(gloo: dict[str, Any] | None) -> str:
    return f"gloo with {gloo['size']} ranks beside it" if gloo else "torch is not installed"


def _words(sweep: list[dict[str, Any]]) -> str:
    ring, tree = (_medians(sweep, function, "model_seconds") for function in NAMES)
    both = [size for size in ring if size in tree]
    if not both:
        return "ended before the curve over sizes"
    small, large = both[0], both[-1]
    return (
        f"on the model clock, 4 ranks: {small:,} bytes take {ring[small] * 1e6:.1f} us as a ring and "
        f"{tree[small] * 1e6:.1f} us as a tree, {large:,} bytes {ring[large] * 1e6:.1f} and {tree[large] * 1e6:.1f} us"
    )
