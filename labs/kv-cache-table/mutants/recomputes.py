"""Mutant: the whole sequence is run again for each token, so nothing is won."""

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


def generate(model: TinyGPT, prompt: list[int], new_tokens: int, use_cache: bool) -> Iterator[int]:
    """Yield ``new_tokens`` greedy tokens, each as soon as it is known."""
    yield from _generate_uncached(model, prompt, new_tokens)


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension, token and sequence."""
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch


def _generate_uncached(model: TinyGPT, prompt: list[int], new_tokens: int) -> Iterator[int]:
    sequence = list(prompt)
    for _ in range(new_tokens):
        token = int(model.forward(torch.tensor([sequence], device=model.device))[0, -1].argmax())
        sequence.append(token)
        yield token
