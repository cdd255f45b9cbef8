"""Window attention in float64, band by band, and how far float32 may be from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

ROWS = 128  # queries of one band


def windowed(q: Floats, k: Floats, v: Floats, window: int, first: int = 0) -> NDArray[np.float64]:
    """Queries (..., t, D) at positions ``first``.. over keys and values (..., first + t, D), ``window`` for each.

    Position p sees p - window + 1 .. p, itself included.
    """
    q, k, v = (np.asarray(each, dtype=np.float64) for each in (q, k, v))
    out = np.empty(q.shape)
    for start in range(0, q.shape[-2], ROWS):
        rows = np.arange(start, min(start + ROWS, q.shape[-2]))
        low, high = max(0, first + start - window + 1), first + int(rows[-1]) + 1
        scores = q[..., rows, :] @ np.swapaxes(k[..., low:high, :], -1, -2) / np.sqrt(q.shape[-1])
        distance = (first + rows)[:, None] - np.arange(low, high)[None, :]
        scores = np.where((distance >= 0) & (distance < window), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        out[..., rows, :] = weights / weights.sum(axis=-1, keepdims=True) @ v[..., low:high, :]
    return out


def error_budget(q: Floats, k: Floats, v: Floats) -> float:
    """Absolute error that an honest computation in the dtype of ``q`` may have.

    A score is off by about eps * |q| |k| / sqrt(D), a weight by that share of itself, and weights sum to 1.
    """
    eps = float(np.finfo(q.dtype).eps)
    longest = [float(np.sqrt((each.astype(np.float64) ** 2).sum(axis=-1).max())) for each in (q, k)]
    scores = longest[0] * longest[1] / np.sqrt(q.shape[-1])
    return float(8 * eps * (scores + 8) * np.abs(v).max())


def pairs(tokens: int, window: int) -> int:
    """How many (query, key) pairs a causal window has."""
    short = min(tokens, window)
    return short * (short + 1) // 2 + (tokens - short) * window


@dataclass(frozen=True)
class Case:
    """Sizes and scales of one input; ``prompt`` of the ``tokens`` go through prefill, the others one by one."""

    layers: int
    batch: int
    heads: int
    head_dim: int
    window: int
    tokens: int
    prompt: int
    chunk: int
    dtype: str = "float32"
    score_scale: float = 1.0
    value_scale: float = 1.0

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the learner's cache."""
        names = ("layers", "batch", "heads", "head_dim", "window")
        return {name: getattr(self, name) for name in names}

    @property
    def kept_bytes(self) -> int:
        """Bytes of a full ring buffer."""
        item = np.dtype(self.dtype).itemsize
        return 2 * self.layers * self.heads * self.head_dim * self.window * item * self.batch

    def __str__(self) -> str:
        return f"T = {self.tokens} (prompt {self.prompt}), W = {self.window}, chunk {self.chunk}, {self.dtype}"

    def draw(self, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Queries, keys and values, each (L, b, H, T, D)."""
        shape = (self.layers, self.batch, self.heads, self.tokens, self.head_dim)
        q, k, v = (rng.standard_normal(shape) for _ in range(3))
        scale = self.score_scale**0.5
        return tuple((each * by).astype(self.dtype) for each, by in ((q, scale), (k, scale), (v, self.value_scale)))  # type: ignore[return-value]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Small inputs first: windows shorter and longer than the sequence, chunks that divide nothing, single steps."""

    def size(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def case(window: int, tokens: int, prompt: int, chunk: int, **scales: Any) -> Case:
        return Case(size(1, 4), size(1, 3), size(1, 4), size(3, 20), window, tokens, prompt, chunk, **scales)

    wide, narrow = size(60, 90), size(5, 12)
    return [
        case(narrow, 29, 29, 64),
        case(wide, 31, 31, 64),
        case(1, 9, 9, 16),
        case(narrow, 61, 61, 64, dtype="float64"),
        case(narrow, 3 * narrow + 2, 3 * narrow + 2, 2),
        case(narrow, 5 * narrow + 3, 5 * narrow + 3, 2 * narrow + 1, score_scale=20.0, value_scale=1e3),
        case(wide, 2 * wide + 7, 2 * wide + 7, wide // 2, dtype="float64"),
        case(wide, 41, 41, 7, value_scale=1e-4),
        case(narrow, 4 * narrow, narrow - 2, 3),
        case(narrow, 4 * narrow + 1, 0, 1, score_scale=0.01),
        case(wide, 2 * wide, wide + 5, 16, dtype="float64"),
        case(wide, 40, 21, 8),
    ]
