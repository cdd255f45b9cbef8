"""The reference, which runs each decode step three times and keeps the last: right tokens at three times the price.

Lab: prefill-decode
Expect: only slow
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import GPTConfig, TinyGPT

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
    """Run the step three times; the cache that came in is not changed by it."""
    for _ in range(2):
        _step(model, token, cache)
    return _step(model, token, cache)


def _step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
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


def prefill_cost(config: GPTConfig, tokens: int, batch: int, dtype_bytes: int) -> tuple[int, int]:
    """FLOPs and bytes of a prefill of ``batch`` prompts with ``tokens`` tokens each."""
    w, layers = config.width, config.layers
    pairs = tokens * (tokens + 1) // 2
    flops = 2 * _layer_weights(config) * tokens + 4 * w * layers * pairs + 2 * w * config.vocab
    elements = _weights(config) + 2 * batch * tokens * w + 2 * layers * w * tokens * batch
    return batch * flops, dtype_bytes * elements


def decode_cost(config: GPTConfig, cached: int, batch: int, dtype_bytes: int) -> tuple[int, int]:
    """FLOPs and bytes of a decode step of ``batch`` sequences with ``cached`` tokens each."""
    w, layers = config.width, config.layers
    flops = 2 * _layer_weights(config) + 4 * w * layers * (cached + 1) + 2 * w * config.vocab
    elements = _weights(config) + 2 * batch * w + 2 * layers * w * (cached + 1) * batch
    return batch * flops, dtype_bytes * elements


def bound_by(flops: int, nbytes: int, peak_flops: float, peak_bandwidth: float) -> str:
    """Name the longer of the two times that the roofline knows."""
    return "compute" if flops / peak_flops > nbytes / peak_bandwidth else "memory"


def _layer_weights(config: GPTConfig) -> int:
    return 12 * config.width**2 * config.layers  # qkv 3, out 1, up 4, down 4 times W*W


def _weights(config: GPTConfig) -> int:
    return _layer_weights(config) + config.width * config.vocab
