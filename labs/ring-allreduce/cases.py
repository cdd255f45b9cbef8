"""Inputs of the runs: how many ranks, how long the arrays, what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
UNIT_ROUNDOFF = 2.0**-24  # float32
SMALLEST = 1e-44  # a subnormal step or two: sums of tiny values cannot be rounded finer


@dataclass(frozen=True)
class Case:
    """One run of ``n`` ranks on arrays of ``elements`` float32 values; ``values`` is "integers" or "floats"."""

    function: str
    n: int
    elements: int
    values: str

    def __str__(self) -> str:
        return f"{self.n} ranks, {self.elements:,} {self.values}"


def draw_cases(function: str, rng: np.random.Generator, most_ranks: int) -> list[Case]:
    """Small cases first; then every number of ranks with a length that it does not divide, at random."""
    cases = [Case(function, 2, 2, "integers"), Case(function, 3, 6, "integers"), Case(function, 4, 8, "integers")]
    for n in range(2, most_ranks + 1):
        whole = int(rng.integers(3, 60)) * n
        cases.append(Case(function, n, whole + int(rng.integers(1, n)), "integers"))
        cases.append(Case(function, n, whole + n * int(rng.integers(1, 2_000)), "floats"))
    n = int(rng.integers(4, most_ranks + 1))
    cases.append(Case(function, n, int(rng.integers(1, n)), "integers"))  # fewer elements than ranks
    cases.append(Case(function, n, int(rng.integers(20_000, 60_000)), "floats"))
    return cases


def draw_inputs(case: Case, rng: np.random.Generator) -> list[Floats]:
    """One array for each rank: integers whose sums float32 holds exactly, or floats over a wide range of scales."""
    if case.values == "integers":
        return [rng.integers(-9_999, 10_000, case.elements).astype(np.float32) for _ in range(case.n)]
    scale = 10.0 ** rng.uniform(-30, 30)
    spread = 10.0 ** rng.uniform(-3, 3, case.elements)
    arrays = [(scale * spread * rng.standard_normal(case.elements)).astype(np.float32) for _ in range(case.n)]
    arrays[-1] = (-arrays[0] + arrays[-1] * np.float32(1e-3)).astype(np.float32)  # cancels: order and width matter
    return arrays


def exact_sum(inputs: list[Floats]) -> NDArray[np.float64]:
    """Sum over the ranks in float64."""
    total: NDArray[np.float64] = np.sum(np.stack(inputs).astype(np.float64), axis=0)
    return total


def sum_budget(inputs: list[Floats]) -> NDArray[np.float64]:
    """Largest error of n - 1 float32 additions in any order, for each element: (n - 1) u sum|x| (Higham 2002, 4.2)."""
    magnitude: NDArray[np.float64] = np.sum(np.abs(np.stack(inputs).astype(np.float64)), axis=0)
    return 1.01 * (len(inputs) - 1) * UNIT_ROUNDOFF * magnitude + SMALLEST


def formula_cases(rng: np.random.Generator) -> list[list[Any]]:
    """Arguments for the learner's three formulas, with the right value last; sizes in bytes, times in seconds."""
    found: list[list[Any]] = []
    for n in [2, 3, 4, 8, *(int(k) for k in rng.integers(5, 200, 6))]:
        nbytes = float(4 * n * int(rng.integers(1, 1 << 20)))
        latency, per_byte = 10.0 ** rng.uniform(-6, -4), 10.0 ** rng.uniform(-11, -8)
        seconds = 10.0 ** rng.uniform(-4, 0)
        link = (n, nbytes, latency, per_byte)
        found += [
            ["ring_seconds", *link, ring_seconds(*link)],
            ["tree_seconds", *link, tree_seconds(*link)],
            ["bus_bandwidth", nbytes, seconds, n, 2 * (n - 1) / n * nbytes / seconds],
        ]
    return found


def ring_seconds(n: int, nbytes: float, latency: float, per_byte: float) -> float:
    """The ring on the model clock: 2 (n - 1) steps of S / n bytes."""
    return 2 * (n - 1) * (latency + per_byte * nbytes / n)


def tree_seconds(n: int, nbytes: float, latency: float, per_byte: float) -> float:
    """The binomial tree on the model clock: 2 ceil(log2 n) steps of S bytes."""
    return 2 * (n - 1).bit_length() * (latency + per_byte * nbytes)
