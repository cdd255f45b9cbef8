"""Mutant: tiles over the queries only: block_q x Tk scores are in memory at once, and no online softmax is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]  # float32
FLOAT_BYTES = 4


def attention(q: Floats, k: Floats, v: Floats, block_q: int, block_k: int, causal: bool) -> tuple[Floats, Floats]:
    """softmax(q k^T / sqrt(D)) v: q (B, H, Tq, D), k and v (B, H, Tk, D) -> out (B, H, Tq, D), lse (B, H, Tq)."""
    out = np.empty_like(q)
    lse = np.empty(q.shape[:3], dtype=np.float32)
    for head in np.ndindex(*q.shape[:2]):
        offset = k.shape[2] - q.shape[2]
        for start in range(0, q.shape[2], block_q):
            rows = slice(start, start + block_q)
            out[head][rows], lse[head][rows] = _softmax_rows(q[head][rows], k[head], v[head], start, offset, causal)
    return out, lse


def _softmax_rows(q: Floats, k: Floats, v: Floats, first: int, offset: int, causal: bool) -> tuple[Floats, Floats]:
    """All keys at once for the given queries, the first of which is number ``first``."""
    scores = q * np.float32(q.shape[1] ** -0.5) @ k.T
    if causal:
        scores[np.arange(len(k)) > np.arange(first, first + len(q))[:, None] + offset] = -np.inf
    top = scores.max(axis=1, keepdims=True)
    seen = ~np.isneginf(top)
    scores -= np.where(seen, top, np.float32(0))
    np.exp(scores, out=scores)
    total = np.where(seen, scores.sum(axis=1, keepdims=True), np.float32(1))
    return scores @ v / total, np.where(seen, top + np.log(total), np.float32(-np.inf))[:, 0]


def tiled_traffic(t_q: int, t_k: int, d: int, block_q: int, block_k: int, causal: bool) -> tuple[int, int]:
    """Bytes of one head that ``attention`` reads from and writes to HBM."""
    key_rows = 0
    for start in range(0, t_q, block_q):
        end = t_k if not causal else max(0, min(t_k, min(start + block_q, t_q) + t_k - t_q))
        key_rows += min(t_k, -(-end // block_k) * block_k)  # a tile is read whole or not at all
    read = t_q * d + 2 * key_rows * d
    written = t_q * d + t_q
    return FLOAT_BYTES * read, FLOAT_BYTES * written


def standard_traffic(t_q: int, t_k: int, d: int) -> tuple[int, int]:
    """Bytes of one head when scores and probabilities are written out (Dao et al. 2022, algorithm 0)."""
    scores = t_q * t_k
    read = (t_q * d + t_k * d) + scores + (scores + t_k * d)
    written = scores + scores + t_q * d
    return FLOAT_BYTES * read, FLOAT_BYTES * written


def score_bytes(t_q: int, t_k: int, block_q: int, block_k: int) -> tuple[int, int]:
    """Bytes of scores of one head held at a time: the whole matrix, and one tile."""
    return FLOAT_BYTES * t_q * t_k, FLOAT_BYTES * min(block_q, t_q) * min(block_k, t_k)
