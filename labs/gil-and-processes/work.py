"""What the referee knows about the work: items of drawn sizes, and their results without doing the work."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

MODULUS, FACTOR, SUMMAND = 2**31 - 1, 48271, 11
FIRST_STEPS = 1_000
BLOCK = bytes(1 << 20)
ITEMS = 12
HEAVY_SHARE = 0.9  # of the work lies in the first half of the items


def crunched(seed: int, steps: int) -> int:
    """The generator ``steps`` ahead: a**k * x + c * (a**k - 1) / (a - 1) mod m, in O(log k)."""
    power = pow(FACTOR, steps, MODULUS)
    series = (power - 1) * pow(FACTOR - 1, -1, MODULUS)
    return (power * seed + SUMMAND * series) % MODULUS


def digested(seed: int, blocks: int) -> int:
    """The first 6 bytes of the SHA-256 over the seed and ``blocks`` MiB of zeros."""
    found = hashlib.sha256(seed.to_bytes(8, "little"))
    for _ in range(blocks):
        found.update(BLOCK)
    return int.from_bytes(found.digest()[:6], "little")


def draw_items(rng: np.random.Generator, total: int) -> list[list[int]]:
    """ITEMS pairs (seed, amount): the amounts add up to about ``total``, HEAVY_SHARE of it in the first half."""
    half = ITEMS // 2
    weights = rng.uniform(0.8, 1.2, size=ITEMS)
    weights[:half] *= HEAVY_SHARE / weights[:half].sum()
    weights[half:] *= (1 - HEAVY_SHARE) / weights[half:].sum()
    return [[int(rng.integers(1, MODULUS)), max(1, round(total * weight))] for weight in weights]


def draw_either(rng: np.random.Generator, waits: bool, steps: int, milliseconds: int) -> list[int]:
    """An item with which the driver's ``either`` waits, or computes."""
    while True:
        seed = int(rng.integers(1, MODULUS))
        if crunched(seed, FIRST_STEPS) % 2 == waits:
            return [seed, steps, milliseconds]


def expected(work: str, items: Sequence[Sequence[int]]) -> list[int]:
    """Results of ``crunch`` or ``digest``."""
    return [crunched(*item) if work == "crunch" else digested(*item) for item in items]
