"""Holds 1/n of each matrix as asked, gathers the rest over the wire by messages between ranks, and computes everything itself.

The communicator has one method for each collective that is counted, and behind it a connection that carries any message. The
counts stay those of one all-reduce. A grader that counts in the communicator's methods misses the weights. Here the switch
counts, and it refuses calls that are not collectives.

Seen: counters that are kept in the process of the submission.
Lab: tensor-parallel
Expect: not passed
"""

from __future__ import annotations

import numpy as np

COLUMNS = ("wq", "wk", "wv", "w_up", "bq", "bk", "bv", "b_up")  # cut along their last axis
ROWS = ("wo", "w_down")  # cut along their first axis


def gelu(x: np.ndarray) -> np.ndarray:
    """GELU, tanh form."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x**3)))


def mlp(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Each rank computes its columns of the hidden layer and their part of the output."""
    hidden = gelu(x @ w["w_up"] + w["b_up"])
    return comm.all_reduce(hidden @ w["w_down"]) + w["b_down"]


def mlp_sequence_parallel(comm, w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The all-reduce as its two halves: gather the tokens before, scatter the sum after."""
    hidden = gelu(comm.all_gather(x, axis=0) @ w["w_up"] + w["b_up"])
    return comm.reduce_scatter(hidden @ w["w_down"], axis=0) + w["b_down"]


def bytes_per_forward(layers: int, tokens: int, width: int, size: int, itemsize: int) -> float:
    """Two all-reduces in each layer, each 2 (size - 1) / size of an activation."""
    return layers * 2 * 2 * (size - 1) / size * tokens * width * itemsize


def shard(shapes: dict[str, tuple[int, ...]], rank: int, size: int) -> dict[str, tuple[int, int, int] | None]:
    return {
        name: (0, rank * shape[0] // size, (rank + 1) * shape[0] // size) if len(shape) == 2 else None
        for name, shape in shapes.items()
    }


def gathered(comm, part):
    """All parts along the first axis, by send and recv past the collectives."""
    parts, end = {comm.rank: part}, comm._end
    for other in range(comm.size):
        if other != comm.rank:
            end.transfer(comm._run, "send", np.ascontiguousarray(part), peer=other)
    for other in range(comm.size):
        if other != comm.rank:
            end.transfer(comm._run, "recv", peer=other)
            parts[other] = end.receive()
    return np.concatenate([parts[rank] for rank in sorted(parts)])


def attention(comm, w: dict[str, np.ndarray], x: np.ndarray, heads: int) -> np.ndarray:
    w = {name: gathered(comm, part) if part.ndim == 2 else part for name, part in w.items()}
    tokens = len(x)
    q, k, v = (
        (x @ w[f"w{name}"] + w[f"b{name}"]).reshape(tokens, heads, -1).transpose(1, 0, 2) for name in ("q", "k", "v")
    )
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]).astype(x.dtype)
    scores[:, np.triu(np.ones((tokens, tokens), bool), 1)] = -np.inf
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    joined = (p @ v).transpose(1, 0, 2).reshape(tokens, -1)
    return comm.all_reduce((joined @ w["wo"]) / np.float32(comm.size)) + w["bo"]
