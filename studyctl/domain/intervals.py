"""Intervals around what was counted or averaged."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Share:
    """`passed` of `total` with the 95 % interval of the share behind them, all in [0, 1]; all None of nothing."""

    passed: int
    total: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Difference:
    """A mean of paired differences, and the bound that it stays below with a probability of 95 %."""

    mean: float
    bound: float


def share(passed: int, total: int) -> Share:
    """The share with its interval by Wilson, "Probable inference, the law of succession, and statistical inference",
    J. Am. Stat. Assoc. 22 (1927); it stays within [0, 1] and makes sense from the first answer on.
    """
    if total == 0:
        return Share(0, 0, None, None, None)
    z = NormalDist().inv_cdf(0.975)
    found, weight = passed / total, z * z / total
    centre = (found + weight / 2) / (1 + weight)
    half = z * math.sqrt(found * (1 - found) / total + weight / (4 * total)) / (1 + weight)
    low = 0.0 if passed == 0 else centre - half
    high = 1.0 if passed == total else centre + half
    return Share(passed, total, found, low, high)


def student_t(probability: float, freedom: int) -> float:
    """Quantile of Student's t by Cornish and Fisher's expansion; exact to 1 % from 3 degrees of freedom on."""
    z = NormalDist().inv_cdf(probability)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def clustered_difference(differences: Sequence[float], clusters: Sequence[Hashable]) -> Difference:
    """Mean of `differences` with its one-sided bound, where those of one cluster may depend on each other.

    Var(mean) = G / (G - 1) * sum_g (sum_{i in g} (d_i - mean))^2 / n^2 for G clusters, and t with G - 1 degrees of
    freedom. Source: Liang & Zeger, Biometrika 73 (1986); Cameron & Miller, "A practitioner's guide to cluster-robust
    inference", J. Human Resources 50 (2015). Of one cluster nothing can be said: its bound is infinite.
    """
    mean = math.fsum(differences) / len(differences)
    sums: dict[Hashable, float] = {}
    for difference, cluster in zip(differences, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + difference - mean
    freedom = len(sums) - 1
    if not freedom or not math.isfinite(mean):
        return Difference(mean, math.inf)
    variance = (freedom + 1) / freedom * math.fsum(each * each for each in sums.values()) / len(differences) ** 2
    return Difference(mean, mean + student_t(0.95, freedom) * math.sqrt(variance))
