"""Draws the inputs: shapes that fit the tiles and shapes that do not, masks, scales, and logits that overflow exp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

GROUPS = ("even-tiles", "ragged-tiles", "causal", "masked-rows", "stable")
SCALES = (1.0, 1e-3, 3.0)  # of queries and keys
VALUE_SCALES = (1.0, 1e-6, 1e5)
HUGE = 1e4  # size of a logit; float32's exp overflows above 88


@dataclass(frozen=True)
class Case:
    """One call. ``group`` names the check that it belongs to."""

    group: str
    q: Floats
    k: Floats
    v: Floats
    block_q: int
    block_k: int
    causal: bool
    note: str = ""

    @property
    def words(self) -> str:
        """The input as a learner reads it."""
        b, h, t_q, d = self.q.shape
        mask = "causal" if self.causal else "no mask"
        shape = f"B={b} H={h} Tq={t_q} Tk={self.k.shape[2]} D={d}, tiles {self.block_q}x{self.block_k}, {mask}"
        return shape + (f", {self.note}" if self.note else "")


class Draw:
    """Draws cases with the referee's generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def correctness(self) -> list[Case]:
        """All small cases, within a group the smallest first."""
        return [*self._even(), *self._ragged(), *self._causal(), *self._masked_rows(), *self._stable()]

    def long(self, t_q: int, t_k: int, d: int, block_q: int, block_k: int) -> Case:
        """One head of standard normal values without a mask."""
        return self._case("long", (1, 1, t_q, t_k, d), (block_q, block_k), causal=False)

    def traffic(self, count: int) -> list[list[Any]]:
        """Arguments of ``tiled_traffic``: fixed small ones first, then random sizes."""
        drawn: list[list[Any]] = [[4, 4, 2, 2, 2, False], [4, 4, 2, 2, 2, True], [5, 7, 3, 2, 4, True]]
        drawn += [[6, 2, 1, 3, 2, True], [3, 5, 2, 8, 2, False]]
        for _ in range(count):
            t_q, t_k, d, block_q, block_k = (self._between(1, top) for top in (3000, 3000, 129, 300, 300))
            drawn.append([t_q, t_k, d, block_q, block_k, bool(self._rng.integers(2))])
        return drawn

    def _even(self) -> list[Case]:
        cases = []
        for tiles, scale, values in zip((2, 3, 4, 5), (*SCALES, 1.0), (*VALUE_SCALES, 1.0), strict=True):
            block_q, block_k = (int(self._rng.choice([8, 16, 32])) for _ in range(2))
            shape = (self._between(1, 3), self._between(1, 3), tiles * block_q, tiles * block_k, self._between(2, 65))
            cases.append(self._case("even-tiles", shape, (block_q, block_k), causal=False, scale=scale, values=values))
        return cases

    def _ragged(self) -> list[Case]:
        block = 16
        sizes = [(1, 1), (block - 1, block + 1), (block + 1, 2 * block - 1), (3, 7 * block + 5), (127, 131)]
        sizes.append((self._between(33, 200), 4 * block + self._between(1, block)))
        cases = [
            self._case("ragged-tiles", (1, 2, t_q, t_k, self._between(1, 40)), (block, block), causal=False)
            for t_q, t_k in sizes
        ]
        odd = (self._between(3, 13), block + self._between(3, 13))
        return [*cases, self._case("ragged-tiles", (2, 1, 61, 97, 33), odd, causal=False)]

    def _causal(self) -> list[Case]:
        sizes = [(8, 8), (33, 33), (1, 40), (20, 75), (self._between(50, 150), 150 + self._between(1, 60))]
        cases = [
            self._case("causal", (1, 2, *size, self._between(2, 40)), (8, 8), causal=True, scale=scale)
            for size, scale in zip(sizes, (1.0, 1.0, 1.0, 3.0, 1.0), strict=True)
        ]
        odd = (self._between(5, 30), self._between(5, 30))
        return [*cases, self._case("causal", (2, 2, 97, 97, 17), odd, causal=True)]

    def _masked_rows(self) -> list[Case]:
        sizes = [(4, 2), (9, 1), (40, 21), (self._between(90, 120), self._between(20, 60))]
        return [
            self._case("masked-rows", (1, 2, *size, self._between(2, 20)), (8, 8), causal=True, note="Tq > Tk")
            for size in sizes
        ]

    def _stable(self) -> list[Case]:
        t_k = 70
        shifts = {
            "all logits near -1e4": np.full(t_k, -HUGE),
            "all logits near +1e4": np.full(t_k, HUGE),
            "logits of both signs": HUGE * self._rng.choice([-1.0, 1.0], t_k),
            "logits that grow to 1e4": np.linspace(-HUGE, HUGE, t_k),
        }
        return [self._shifted(name, shift, causal) for causal in (False, True) for name, shift in shifts.items()]

    def _shifted(self, name: str, shift: Floats, causal: bool) -> Case:
        """Add ``shift`` to the logits of each key through one component of queries and keys."""
        d = 16
        case = self._case("stable", (1, 1, 37, len(shift), d), (16, 16), causal=causal, note=name)
        root = np.sqrt(HUGE * np.sqrt(d))
        case.q[..., 0] = root
        case.k[..., 0] = shift * np.sqrt(d) / root
        return case

    def _case(
        self,
        group: str,
        shape: tuple[int, ...],
        blocks: tuple[int, int],
        *,
        causal: bool,
        scale: float = 1.0,
        values: float = 1.0,
        note: str = "",
    ) -> Case:
        b, h, t_q, t_k, d = shape
        q, k, v = (self._rng.standard_normal((b, h, t, d)).astype(np.float32) for t in (t_q, t_k, t_k))
        factors = (np.float32(scale), np.float32(scale), np.float32(values))
        return Case(group, q * factors[0], k * factors[1], v * factors[2], *blocks, causal, note)

    def _between(self, low: int, high: int) -> int:
        return int(self._rng.integers(low, high))
