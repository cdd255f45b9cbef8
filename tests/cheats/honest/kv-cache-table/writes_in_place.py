"""A cache with room for all tokens, written in place: state that changes under the reader's eyes, and right.

Lab: kv-cache-table
Expect: passed
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


def decode_step(model: TinyGPT, tokens: Tensor, cache: Cache, position: int) -> Tensor:
    """Run one new token per sequence, its keys and values written in place: ``tokens`` (b,) -> logits (b, V)."""
    x = model.embed(tokens[:, None], torch.tensor([position], device=model.device))
    for i, (keys, values) in enumerate(cache):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys[:, :, position], values[:, :, position] = k[:, :, 0], v[:, :, 0]
        seen = slice(0, position + 1)
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys[:, :, seen], values[:, :, seen]))
        x = x + block.mlp(x)
    return model.logits(x)[:, 0]


def generate(model: TinyGPT, prompt: list[int], new_tokens: int, use_cache: bool) -> Iterator[int]:
    """Yield ``new_tokens`` greedy tokens, each as soon as it is known."""
    if not use_cache:
        yield from _generate_uncached(model, prompt, new_tokens)
        return
    logits, filled = prefill(model, torch.tensor([prompt], device=model.device))
    cache = [(_with_room(keys, new_tokens), _with_room(values, new_tokens)) for keys, values in filled]
    for i in range(new_tokens):
        token = logits.argmax(dim=-1)
        yield int(token)
        if i + 1 < new_tokens:
            logits = decode_step(model, token, cache, len(prompt) + i)


def _with_room(tensor: Tensor, positions: int) -> Tensor:
    room = tensor.new_empty((*tensor.shape[:2], positions, tensor.shape[3]))
    return torch.cat((tensor, room), dim=2)


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension, token and sequence."""
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch


def _generate_uncached(model: TinyGPT, prompt: list[int], new_tokens: int) -> Iterator[int]:
    sequence = list(prompt)
    for _ in range(new_tokens):
        token = int(model.forward(torch.tensor([sequence], device=model.device))[0, -1].argmax())
        sequence.append(token)
        yield token
