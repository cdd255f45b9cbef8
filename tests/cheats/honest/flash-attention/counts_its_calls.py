"""The reference, which counts its calls, prints now and then and names its running values otherwise.

Lab: flash-attention
Expect: passed
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]  # float32
calls: list[tuple[int, ...]] = []
FLOAT_BYTES = 4


def attention(q: Floats, k: Floats, v: Floats, block_q: int, block_k: int, causal: bool) -> tuple[Floats, Floats]:
    """softmax(q k^T / sqrt(D)) v: q (B, H, Tq, D), k and v (B, H, Tk, D) -> out (B, H, Tq, D), lse (B, H, Tq)."""
    calls.append(q.shape)
    if len(calls) % 20 == 0:
        print(f"{len(calls)} calls, last {q.shape}", flush=True)
    out = np.zeros_like(q)
    lse = np.empty(q.shape[:3], dtype=np.float32)
    t_q, t_k = q.shape[2], k.shape[2]
    offset = t_k - t_q
    last_key = np.arange(t_q) + offset if causal else np.full(t_q, t_k - 1)  # the last one that each query sees
    for head in np.ndindex(*q.shape[:2]):
        for start in range(0, t_q, block_q):
            rows = slice(start, start + block_q)
            out[head][rows], lse[head][rows] = _query_tile(q[head][rows], k[head], v[head], block_k, last_key[rows])
    return out, lse


def _query_tile(q_tile: Floats, k: Floats, v: Floats, block_k: int, last_key: Floats) -> tuple[Floats, Floats]:
    """Stream keys and values past one tile of queries that stays where it is."""
    t_k, d = k.shape
    scaled = q_tile * np.float32(d**-0.5)
    maximum = np.full(len(q_tile), -np.inf, dtype=np.float32)
    total = np.zeros(len(q_tile), dtype=np.float32)
    summed = np.zeros(q_tile.shape, dtype=np.float32)
    end = min(t_k, last_key[-1] + 1)
    for start in range(0, end, block_k):
        columns = np.arange(start, min(start + block_k, t_k))
        keys, values = k[start : start + block_k], v[start : start + block_k]
        scores = scaled @ keys.T
        scores[columns > last_key[:, None]] = -np.inf
        highest = np.maximum(maximum, scores.max(axis=1))
        safe = np.where(np.isneginf(highest), np.float32(0), highest)  # -inf - -inf would be NaN
        weights = np.exp(scores - safe[:, None])
        shrink = np.exp(maximum - safe)
        total = total * shrink + weights.sum(axis=1)
        summed = summed * shrink[:, None] + weights @ values
        maximum = highest
    seen = total > 0
    divisor = np.where(seen, total, np.float32(1))
    return summed / divisor[:, None], np.where(seen, maximum + np.log(divisor), np.float32(-np.inf))


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
