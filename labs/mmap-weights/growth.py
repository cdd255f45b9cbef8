"""How a time grows with the size of a file, from interleaved rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graders.statistics import Interval, log_log_slope, slope_interval


def exponent(how: str, sizes: Sequence[float], rounds: Mapping[str, Sequence[float]]) -> Interval:
    """The exponent p of time ~ size**p over the arms ``how-size``; one slope for each round."""
    by_size = [rounds[f"{how}-{size}"] for size in sizes]
    return slope_interval(sizes, [list(row) for row in zip(*by_size, strict=True)], log_log_slope)


def growth(sizes: Sequence[float], rounds: Mapping[str, Sequence[float]]) -> Interval:
    """What one doubling of the file adds to the time of load_mmap, as a fraction: 2**p - 1."""
    slope = exponent("mmap", sizes, rounds)
    return Interval(2**slope.estimate - 1, 2**slope.low - 1, 2**slope.high - 1)
