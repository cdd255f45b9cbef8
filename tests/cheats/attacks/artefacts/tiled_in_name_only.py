"""Loops over tiles and mentions the online softmax in comments and names, and still builds the whole score matrix first.

A grader that reads the source for the right words, or counts loops, is satisfied. Here the peak of the worker's memory, read
by the referee from the kernel, shows the matrix.

Seen: graders that look for required identifiers with regular expressions.
Lab: flash-attention
Expect: not passed
"""

import numpy as np


def naive(q, k, v, causal):
    scores = np.einsum("bhqd,bhkd->bhqk", q, k) / np.sqrt(np.float32(q.shape[3]))
    if causal:
        offset = k.shape[2] - q.shape[2]
        hidden = np.arange(k.shape[2]) > np.arange(q.shape[2])[:, None] + offset
        scores[..., hidden] = -np.inf
    top = scores.max(axis=3, keepdims=True)
    top = np.where(np.isneginf(top), np.float32(0), top)
    weights = np.exp(scores - top)
    total = weights.sum(axis=3, keepdims=True)
    safe = np.where(total > 0, total, np.float32(1))
    lse = np.where(total > 0, np.log(safe) + top, -np.inf)[..., 0]
    return np.einsum("bhqk,bhkd->bhqd", weights / safe, v).astype(np.float32), lse.astype(np.float32)


def attention(q, k, v, block_q, block_k, causal):
    # FlashAttention-2: online softmax over tiles of block_q x block_k, running max m and running sum l
    running_max, running_sum = -np.inf, 0.0
    out, lse = naive(q, k, v, causal)
    tiled = np.empty_like(out)
    for start in range(0, q.shape[2], block_q):  # one query tile after another stays in SRAM
        tiled[:, :, start : start + block_q] = out[:, :, start : start + block_q]
    return tiled, lse


def tiled_traffic(t_q, t_k, d, block_q, block_k, causal):
    key_rows = 0
    for start in range(0, t_q, block_q):
        end = t_k if not causal else max(0, min(t_k, min(start + block_q, t_q) + t_k - t_q))
        key_rows += min(t_k, -(-end // block_k) * block_k)
    return 4 * (t_q * d + 2 * key_rows * d), 4 * (t_q * d + t_q)


def standard_traffic(t_q, t_k, d):
    scores = t_q * t_k
    return 4 * (t_q * d + 2 * t_k * d + 2 * scores), 4 * (2 * scores + t_q * d)


def score_bytes(t_q, t_k, block_q, block_k):
    return 4 * t_q * t_k, 4 * min(block_q, t_q) * min(block_k, t_k)
