"""Write attention in tiles with an online softmax, and count the bytes that it moves.

Query i sees key j when ``causal`` is false or j <= i + Tk - Tq: the last query sees every key. A query that sees no key
has the output 0 and the logsumexp -inf.

This file runs and keeps no scores at all, but its outputs are zeros.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def attention(
    q: Floats, k: Floats, v: Floats, block_q: int, block_k: int, causal: bool
) -> tuple[Floats, Floats]:
    """Return softmax(q k^T / sqrt(D)) v and the logsumexp of each row of scaled scores.

    Args:
        q: (B, H, Tq, D), float32, read-only.
        k, v: (B, H, Tk, D), float32, read-only.
        block_q, block_k: rows and columns of a tile of scores; Tq and Tk need not be multiples of them.
        causal: see above.

    Returns:
        out (B, H, Tq, D) and lse (B, H, Tq) with lse = log(sum over j of exp(q_i k_j / sqrt(D))), both float32.

    Write this: for each tile of queries go over the tiles of keys. Hold one tile of scores at a time, at most
    block_q x block_k for each head, and for each query row a running maximum, a running sum and a running output.
    """
    return np.zeros_like(q), np.zeros(q.shape[:3], dtype=np.float32)


def tiled_traffic(t_q: int, t_k: int, d: int, block_q: int, block_k: int, causal: bool) -> tuple[int, int]:
    """Return the bytes (read, written) between HBM and on-chip memory for one head in float32.

    Write this. A query tile is read once; for each of them every tile of keys and the same tile of values are read,
    whole, but not where the mask hides all its pairs. Output and logsumexp are written once. Nothing else moves. The
    last tile of a direction has fewer rows.
    """
    return 0, 0


def standard_traffic(t_q: int, t_k: int, d: int) -> tuple[int, int]:
    """Return the bytes (read, written) of standard attention for one head in float32, without a mask.

    Write this. Three kernels: read q and k, write the scores; read the scores, write the probabilities; read the
    probabilities and v, write the output. Each array counts once for each time that a kernel reads or writes it.
    """
    return 0, 0


def score_bytes(t_q: int, t_k: int, block_q: int, block_k: int) -> tuple[int, int]:
    """Return the bytes of float32 scores of one head held at a time: by standard attention, and in tiles.

    Write this. A tile that is larger than the matrix holds the matrix.
    """
    return 0, 0
