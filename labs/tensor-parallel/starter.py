"""Split one transformer block over the ranks of a tensor-parallel group.

The whole block on one rank would be (float32, ``x`` [tokens, d], f hidden units, head_dim = d / heads)

    attention(x) = softmax(q k^T / sqrt(head_dim), causal) v  of each head, heads side by side, then @ wo + bo
                   q = x @ wq + bq, k = x @ wk + bk, v = x @ wv + bv; head i owns columns i * head_dim to (i + 1) * head_dim
    mlp(x)       = gelu(x @ w_up + b_up) @ w_down + b_down
    gelu(z)      = 0.5 z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3)))

with wq, wk, wv, wo [d, d], w_up [d, f], w_down [f, d], bq, bk, bv, bo, b_down [d], b_up [f].

``comm`` has ``rank``, ``size`` and three collectives; every rank has to enter each of them, in the same order:

    comm.all_reduce(array)                  the sum over the ranks, on each
    comm.reduce_scatter(array, axis=0)      part ``rank`` of that sum, cut into ``size`` parts along ``axis``
    comm.all_gather(array, axis=0)          the arrays of all ranks joined along ``axis``

This file runs, but every rank holds everything and computes nothing.
"""

from __future__ import annotations

import numpy as np


def shard(shapes: dict[str, tuple[int, ...]], rank: int, size: int) -> dict[str, tuple[int, int, int] | None]:
    """Return for each weight which part of it ``rank`` holds: (axis, start, stop), or None for the whole.

    Write this: each of the six matrices is cut so that a rank holds exactly 1 / size of it; heads, d and f are multiples
    of size. Choose the axes so that each half of the block needs one collective. Only what is returned here arrives in
    the functions below.
    """
    return dict.fromkeys(shapes)


def attention(comm, w: dict[str, np.ndarray], x: np.ndarray, heads: int) -> np.ndarray:
    """Return the attention half of ``x`` [tokens, d], the same on every rank; ``heads`` counts those of all ranks.

    Write this with exactly one all_reduce of a float32 array [tokens, d].
    """
    return np.zeros_like(x)


def mlp(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the MLP half of ``x`` [tokens, d], the same on every rank.

    Write this with exactly one all_reduce of a float32 array [tokens, d].
    """
    return np.zeros_like(x)


def mlp_sequence_parallel(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return this rank's tokens of the MLP half; ``x`` [tokens / size, d] holds only this rank's tokens, in their order.

    Write this with exactly one all_gather and one reduce_scatter: together they move what one all_reduce moves, and
    between two halves of a block (norms, residuals) no rank stores more than its own tokens.
    """
    return np.zeros_like(x)


def bytes_per_forward(layers: int, tokens: int, width: int, size: int, itemsize: int) -> float:
    """Return the bytes that each rank sends in one forward pass of ``layers`` blocks when collectives run as rings.

    ``width`` is d, ``itemsize`` the bytes of one activation.
    """
    return 0.0
