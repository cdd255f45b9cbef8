"""Write the two phases of generation, and count what each of them computes and moves.

The model (``graders.tinygpt.TinyGPT``) comes in pieces:

    x = model.embed(tokens, positions)     # tokens (b, t), positions (t,)      -> (b, t, W)
    block = model.block(i)                 # i in range(model.layers)
    q, k, v = block.qkv(x)                 # each (b, H, t, D)
    x = x + block.attend_out(attended)     # attended (b, H, t, D)
    x = x + block.mlp(x)
    logits = model.logits(x)               # (b, t, V)

This file runs. It has no cache: every token costs a pass over the whole sequence, and nothing is counted.
"""

from __future__ import annotations

import torch
from torch import Tensor

from graders.tinygpt import GPTConfig, TinyGPT

Cache = list[tuple[Tensor, Tensor]]


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the whole prompt in one pass.

    Args:
        model: the tiny GPT, weights float32 on ``model.device``.
        tokens: int64, (b, T), T >= 1.

    Returns:
        The logits of the last position, (b, V), and the cache: one pair (keys, values) per layer, each (b, H, T, D).
    """
    return model.forward(tokens)[:, -1], []


def decode_step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token for each sequence.

    Args:
        model: the tiny GPT.
        token: int64, (b,), the newest token of each sequence.
        cache: what ``prefill`` or the last ``decode_step`` returned, T positions; you may change it in place.

    Returns:
        The logits of the new position, (b, V), and the cache with T + 1 positions. If you keep room for later tokens,
        hand out views of the positions in use.
    """
    return model.forward(token[:, None])[:, -1], cache


def prefill_cost(config: GPTConfig, tokens: int, batch: int, dtype_bytes: int) -> tuple[int, int]:
    """Return (FLOPs, bytes) of one prefill of ``batch`` prompts with ``tokens`` tokens each, by formula.

    FLOPs: matrix products only, (m, k) @ (k, n) costs 2*m*k*n. Count the four matrices of a layer (qkv, out, up, down;
    the MLP is 4*W wide), the scores and the weighted values of the causal pairs (query i sees keys 0..i; masked pairs
    cost nothing), and the unembedding of the last position only.
    Bytes: every matrix of the layers and the unembedding once, one row of W elements for each token and another one for
    its position, and the keys and values that are written. Nothing else (activations stay on the chip).
    ``dtype_bytes`` is the size of an element. Sizes: config.layers, .heads, .head_dim, .vocab, .width (W).
    """
    return 0, 0


def decode_cost(config: GPTConfig, cached: int, batch: int, dtype_bytes: int) -> tuple[int, int]:
    """Return (FLOPs, bytes) of one decode step of ``batch`` sequences with ``cached`` tokens each in the cache.

    The same conventions. The new query sees ``cached`` + 1 keys. Bytes: the weights once for the whole batch, the rows of
    the embeddings, the cached keys and values read, and the new ones written.
    """
    return 0, 0


def bound_by(flops: int, nbytes: int, peak_flops: float, peak_bandwidth: float) -> str:
    """Say what limits this work on a machine of ``peak_flops`` (1/s) and ``peak_bandwidth`` (bytes/s), by the roofline.

    Returns "compute" or "memory".
    """
    return ""
