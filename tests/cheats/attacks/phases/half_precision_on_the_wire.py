"""Sends what the ranks add up as float16, so that a forward moves half the bytes.

The sums stay near the right ones, and a tolerance made for training would let them pass. A grader that is glad of fewer bytes
calls it a record. Here the number of bytes is exact for the precision that was asked for, and outputs are compared under float32's
error budget.

Seen: submissions that lower the precision where it is not looked at.
Lab: tensor-parallel
Expect: not passed
"""

from __future__ import annotations

import numpy as np

COLUMNS = ("wq", "wk", "wv", "w_up", "bq", "bk", "bv", "b_up")  # cut along their last axis
ROWS = ("wo", "w_down")  # cut along their first axis


def shard(shapes: dict[str, tuple[int, ...]], rank: int, size: int) -> dict[str, tuple[int, int, int] | None]:
    """Columns of what comes first in each half, rows of what comes second; the output's biases stay whole."""
    cuts: dict[str, tuple[int, int, int] | None] = {}
    for name, shape in shapes.items():
        axis = len(shape) - 1 if name in COLUMNS else 0
        part = shape[axis] // size
        cuts[name] = (axis, rank * part, (rank + 1) * part) if name in COLUMNS + ROWS else None
    return cuts


def gelu(x: np.ndarray) -> np.ndarray:
    """GELU, tanh form."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x**3)))


def attention(comm, w: dict[str, np.ndarray], x: np.ndarray, heads: int) -> np.ndarray:
    """Each rank computes heads / size heads and its part of the output projection."""
    tokens, own = len(x), heads // comm.size
    q, k, v = (
        (x @ w[f"w{name}"] + w[f"b{name}"]).reshape(tokens, own, -1).transpose(1, 0, 2) for name in ("q", "k", "v")
    )
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]).astype(x.dtype)
    scores[:, np.triu(np.ones((tokens, tokens), bool), 1)] = -np.inf
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    joined = (p @ v).transpose(1, 0, 2).reshape(tokens, -1)
    return comm.all_reduce((joined @ w["wo"]).astype(np.float16)).astype(x.dtype) + w["bo"]


def mlp(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Each rank computes its columns of the hidden layer and their part of the output."""
    hidden = gelu(x @ w["w_up"] + w["b_up"])
    return comm.all_reduce((hidden @ w["w_down"]).astype(np.float16)).astype(x.dtype) + w["b_down"]


def mlp_sequence_parallel(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The all-reduce as its two halves: gather the tokens before, scatter the sum after."""
    hidden = gelu(comm.all_gather(x, axis=0) @ w["w_up"] + w["b_up"])
    return comm.reduce_scatter(hidden @ w["w_down"], axis=0) + w["b_down"]


def bytes_per_forward(layers: int, tokens: int, width: int, size: int, itemsize: int) -> float:
    """Two all-reduces in each layer, each 2 (size - 1) / size of an activation."""
    return layers * 2 * 2 * (size - 1) / size * tokens * width * itemsize
