"""The referee's own prefill and decode: the denominator that the learner's code cannot touch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import TinyGPT

Cache = list[tuple[Tensor, Tensor]]


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the prompts (b, T) in one pass: logits of the last position (b, V), and keys and values of every layer."""
    x = model.embed(tokens, torch.arange(tokens.shape[1], device=model.device))
    cache: Cache = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        cache.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], cache


def decode_step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token per sequence (b,): its logits (b, V), and the cache one position longer."""
    position = cache[0][0].shape[2]
    x = model.embed(token[:, None], torch.tensor([position], device=model.device))
    longer: Cache = []
    for i, (keys, values) in enumerate(cache):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys, values = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
        longer.append((keys, values))
        # The only query is the newest position, which may see everything, so no mask is needed.
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values))
        x = x + block.mlp(x)
    return model.logits(x)[:, 0], longer
