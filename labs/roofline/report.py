"""Turns the measured times into the roofline, a table and metrics."""

from __future__ import annotations

from collections.abc import Sequence

from graders import statistics
from graders.ceilings import Ceilings
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.statistics import Interval

GRID = [2.0**e for e in range(-4, 8)]  # operations per byte


def attainable(intensity: float, peak: float, bandwidth: float) -> float:
    """Operations/s under both roofs."""
    return min(peak, bandwidth * intensity)


def report(samples: Samples, outcome: Outcome) -> None:
    """Fill everything of ``outcome`` but its checks and quietness."""
    seconds, n, m = samples["seconds"], samples["sizes"]["elements"], samples["sizes"]["picked"]
    ceilings = Ceilings.parse(samples["ceilings"])
    bandwidth, peak = ceilings.bandwidth[max(ceilings.bandwidth)], ceilings.flops["float32"]
    degrees = sorted(int(name.split()[1]) for name in seconds if name.startswith("polynomial"))
    kernels = [("saxpy", 1 / 6, 2 * n), *((f"polynomial {d}", d / 4, 2 * d * n) for d in degrees)]
    rates = {name: _rate(seconds[name], flops) for name, _, flops in kernels}
    yours = Series.of_intervals("yours", [ai for _, ai, _ in kernels], list(rates.values()))
    outcome.plots = [
        Plot("Roofline", "line", "FLOP per byte", "GFLOP/s", [*_roofs(samples, peak, bandwidth), yours], True, True),
        _gathers(seconds, m),
    ]
    outcome.intervals = {f"gflops {name}": rate for name, rate in rates.items()}
    outcome.metrics = {
        "ridge_flop_per_byte": peak / bandwidth,
        "ceiling_gb_per_s": bandwidth / 1e9,
        "ceiling_gflops": peak / 1e9,
        "copy_gb_per_s": _rate(seconds["copy"], 8 * n).estimate,
        "random_over_sequential": statistics.paired_ratio(
            seconds["gather random"], seconds["baseline gather sequential"]
        ).estimate,
        **{f"gflops_{name.replace(' ', '_')}": rate.estimate for name, rate in rates.items()},
    }
    rows: list[list[str | float | int | None]] = [
        [name, round(ai, 3), round(rates[name].estimate, 2), round(attainable(ai, peak, bandwidth) / 1e9, 2),
         f"{100e9 * rates[name].estimate / attainable(ai, peak, bandwidth):.0f} %",
         "memory" if ai < peak / bandwidth else "compute"]
        for name, ai, _ in kernels
    ]  # fmt: skip
    columns = ["kernel", "FLOP/B", "GFLOP/s", "attainable", "share", "bound by"]
    outcome.tables = [Table("Your kernels under the roof", columns, rows)]
    outcome.observation = {
        "notes": f"{len(seconds['copy'])} interleaved rounds, {n:,} float32 elements, device {samples['device']}",
        "throughput": f"copy {outcome.metrics['copy_gb_per_s']:.1f} GB/s",
        "observations": f"ridge at {peak / bandwidth:.1f} FLOP/B; a random gather takes "
        f"{outcome.metrics['random_over_sequential']:.1f} times a sequential one",
    }


def _rate(seconds: Sequence[float], amount: float) -> Interval:
    """Giga-units per second."""
    time = statistics.median_interval(seconds)
    return Interval(amount / time.estimate / 1e9, amount / time.high / 1e9, amount / time.low / 1e9)


def _roofs(samples: Samples, peak: float, bandwidth: float) -> list[Series]:
    """The measured one, and that of the datasheet where the GPU is known."""
    roofs, sheet = [_roof("copy and matmul", peak, bandwidth)], samples.get("datasheet")
    if sheet and sheet["peak"]:
        roofs.append(_roof(f"datasheet {sheet['name']}", sheet["peak"], sheet["bandwidth"]))
    return roofs


def _roof(name: str, peak: float, bandwidth: float) -> Series:
    return Series(name, GRID, [attainable(ai, peak, bandwidth) / 1e9 for ai in GRID])


def _gathers(seconds: dict[str, list[float]], m: int) -> Plot:
    """Useful bytes: 4 read, 4 written and 8 of the index for each element."""
    bars = {f"{order} ({who.strip() or 'yours'})": f"{who}gather {order}" for order in ("sequential", "random")
            for who in ("", "baseline ")}  # fmt: skip
    rates = [_rate(seconds[arm], 16 * m) for arm in bars.values()]
    series = Series.of_intervals("useful GB/s", list(bars), rates)
    return Plot("Gather: useful bytes per second", "bar", "order", "GB/s", [series])
