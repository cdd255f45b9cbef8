"""Write greedy decoding with a KV cache.

The model (``graders.tinygpt.TinyGPT``) comes in pieces:

    x = model.embed(tokens, positions)     # tokens (b, t), positions (t,)      -> (b, t, W)
    block = model.block(i)                 # i in range(model.layers)
    q, k, v = block.qkv(x)                 # each (b, H, t, D)
    x = x + block.attend_out(attended)     # attended (b, H, t, D)
    x = x + block.mlp(x)
    logits = model.logits(x)               # (b, t, V)

This file runs and its tokens are right, but it has no cache: every token costs a pass over the whole sequence.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from graders.tinygpt import TinyGPT

Cache = list[tuple[Tensor, Tensor]]


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the prompt once and keep what later tokens need.

    Args:
        model: the tiny GPT, weights on ``model.device``.
        tokens: int64, (b, T).

    Returns:
        The logits of the last position, (b, V), and one pair (keys, values) for each layer, each (b, H, T, D).

    Write the loop over the layers with the pieces above (causal attention over the prompt) and collect k and v.
    """
    return model.forward(tokens)[:, -1], []


def generate(model: TinyGPT, prompt: list[int], new_tokens: int, use_cache: bool) -> Iterator[int]:
    """Yield ``new_tokens`` greedy tokens (argmax), each as soon as it is known.

    With ``use_cache`` false, run the whole sequence again for every token, as below. With ``use_cache`` true, call
    ``prefill`` once and then feed only the newest token, at its own position, with the kept keys and values.
    """
    sequence = list(prompt)
    for _ in range(new_tokens):
        token = int(model.forward(torch.tensor([sequence], device=model.device))[0, -1].argmax())
        sequence.append(token)
        yield token


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, dtype_bytes: int, batch: int) -> int:
    """Return the bytes of a cache of these sizes, by formula."""
    return 0
