"""The reference with a dozen passes too many in each step: every token right, every step slower than it needs to be.

Lab: kv-cache-table
Expect: only slow
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import TinyGPT

Cache = list[tuple[Tensor, Tensor]]


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the prompt once: ``tokens`` (b, T) -> logits of the last position (b, V) and the cache."""
    x = model.embed(tokens, torch.arange(tokens.shape[1], device=model.device))
    cache: Cache = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        cache.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], cache


def decode_step(model: TinyGPT, tokens: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token per sequence: ``tokens`` (b,) -> logits (b, V) and the cache, one position longer."""
    position = cache[0][0].shape[2]
    for _ in range(12):  # looks things up that it does not need
        model.forward(tokens[:, None])
    x = model.embed(tokens[:, None], torch.tensor([position], device=model.device))
    longer: Cache = []
    for i, (keys, values) in enumerate(cache):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys, values = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
        longer.append((keys, values))
        # The one query is the newest position and may see everything, so no mask is needed.
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values))
        x = x + block.mlp(x)
    return model.logits(x)[:, 0], longer


def generate(model: TinyGPT, prompt: list[int], new_tokens: int, use_cache: bool) -> Iterator[int]:
    """Yield ``new_tokens`` greedy tokens, each as soon as it is known."""
    if not use_cache:
        yield from _generate_uncached(model, prompt, new_tokens)
        return
    logits, cache = prefill(model, torch.tensor([prompt], device=model.device))
    for i in range(new_tokens):
        token = logits.argmax(dim=-1)
        yield int(token)
        if i + 1 < new_tokens:
            logits, cache = decode_step(model, token, cache)


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension, token and sequence."""
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch


def _generate_uncached(model: TinyGPT, prompt: list[int], new_tokens: int) -> Iterator[int]:
    sequence = list(prompt)
    for _ in range(new_tokens):
        token = int(model.forward(torch.tensor([sequence], device=model.device))[0, -1].argmax())
        sequence.append(token)
        yield token
