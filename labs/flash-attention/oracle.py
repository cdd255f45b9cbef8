"""What is right: attention in float64 with an error budget for each row, and the byte counts by formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

UNIT_ROUNDOFF = 2.0**-24  # of float32
FLOAT_BYTES = 4
ROWS_AT_A_TIME = 256


@dataclass(frozen=True)
class Truth:
    """Output (B, H, n, D) and logsumexp (B, H, n) of the chosen query rows, and how far each may be off."""

    out: Floats
    lse: Floats
    out_slack: Floats
    lse_slack: Floats


def truth(q: Floats, k: Floats, v: Floats, causal: bool, rows: NDArray[np.int64] | None = None) -> Truth:
    """softmax(q k^T / sqrt(D)) v in float64 for all query rows, or for ``rows``.

    Query i sees key j when not ``causal`` or j <= i + Tk - Tq. A row that sees no key has output 0 and logsumexp -inf.
    """
    t_q, d = q.shape[2:]
    chosen = np.arange(t_q) if rows is None else rows
    shape = (*q.shape[:2], len(chosen))
    found = Truth(np.zeros((*shape, d)), np.full(shape, -np.inf), np.zeros((*shape, 1)), np.zeros(shape))
    for head in np.ndindex(*q.shape[:2]):
        keys, values = k[head].astype(np.float64), v[head].astype(np.float64)
        for first in range(0, len(chosen), ROWS_AT_A_TIME):
            part = slice(first, first + ROWS_AT_A_TIME)
            queries = q[head][chosen[part]].astype(np.float64) * d**-0.5
            last_seen = chosen[part] + len(keys) - t_q if causal else np.full(len(queries), len(keys))
            _fill(found, head, part, queries, keys, values, last_seen)
    return found


def _fill(
    found: Truth,
    head: tuple[int, ...],
    part: slice,
    queries: Floats,
    keys: Floats,
    values: Floats,
    last_seen: Floats,
) -> None:
    """Write one part of the rows of one head.

    Products of a logit add up to rounding errors of the size of |q| |k| (Euclidean norms), not D times that; a weight's
    relative error is twice a logit's, and a sum over Tk weights adds sqrt(Tk) roundings (Higham 2002, chapter 3, with
    the square-root rule of thumb for errors of random sign). Four to sixteen times that is allowed.
    """
    scores = queries @ keys.T
    largest = np.linalg.norm(queries, axis=1) * np.linalg.norm(keys, axis=1).max()
    seen = np.arange(len(keys)) <= last_seen[:, None]
    # An upper bound of |q| |k| over the row, so that no second matrix is needed.
    largest = np.abs(queries) @ np.abs(keys).max(axis=0)
    scores[~seen] = -np.inf
    some = seen.any(axis=1)
    top = np.where(some, scores.max(axis=1), 0.0)
    weights = np.exp(scores - top[:, None])
    total = weights.sum(axis=1)
    logit_error = 4 * UNIT_ROUNDOFF * largest
    sum_error = (16 + 4 * np.sqrt(len(keys))) * UNIT_ROUNDOFF
    divisor = np.where(some, total, 1.0)
    found.out[head][part] = weights @ values / divisor[:, None]
    found.lse[head][part] = np.where(some, top + np.log(divisor), -np.inf)
    found.out_slack[head][part] = ((4 * logit_error + sum_error) * np.abs(values).max())[:, None]
    found.lse_slack[head][part] = 2 * logit_error + sum_error


def tiled_traffic(t_q: int, t_k: int, d: int, block_q: int, block_k: int, causal: bool) -> tuple[int, int]:
    """Bytes read and written for one head: each query tile stays, the key and value tiles it needs pass by."""
    read = written = 0
    for first in range(0, t_q, block_q):
        rows = min(block_q, t_q - first)
        read += rows * d
        written += rows * d + rows
        last_seen = first + rows - 1 + t_k - t_q if causal else t_k - 1
        for start in range(0, t_k, block_k):
            if start <= last_seen:
                read += 2 * min(block_k, t_k - start) * d
    return read * FLOAT_BYTES, written * FLOAT_BYTES


def standard_traffic(t_q: int, t_k: int, d: int) -> tuple[int, int]:
    """Bytes read and written for one head by algorithm 0 of Dao et al. (2022): S = q k^T, P = softmax(S), P v."""
    first = (t_q * d + t_k * d, t_q * t_k)
    second = (t_q * t_k, t_q * t_k)
    third = (t_q * t_k + t_k * d, t_q * d)
    return sum(s[0] for s in (first, second, third)) * FLOAT_BYTES, sum(
        s[1] for s in (first, second, third)
    ) * FLOAT_BYTES


def score_bytes(t_q: int, t_k: int, block_q: int, block_k: int) -> tuple[int, int]:
    """Bytes of scores of one head held at a time: the whole matrix, and one tile."""
    return t_q * t_k * FLOAT_BYTES, min(t_q, block_q) * min(t_k, block_k) * FLOAT_BYTES
