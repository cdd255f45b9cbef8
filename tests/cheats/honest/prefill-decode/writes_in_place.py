"""A cache in module-level state with room for later tokens, written in place; views of what is in use are handed out.

Lab: prefill-decode
Expect: passed
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import GPTConfig, TinyGPT

ROOM = 64  # positions

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
    STORES[:] = [Store(cache)]
    return model.logits(x[:, -1:])[:, 0], STORES[-1].views()


class Store:
    """Keys and values of every layer with room for later positions; views of what is in use are handed out."""

    def __init__(self, cache: Cache) -> None:
        self.used = cache[0][0].shape[2]
        self.pairs = [(self._roomy(keys), self._roomy(values)) for keys, values in cache]

    def views(self) -> Cache:
        """Return the positions in use."""
        return [(keys[:, :, : self.used], values[:, :, : self.used]) for keys, values in self.pairs]

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write one position in place and return all of the layer up to it."""
        keys, values = self.pairs[layer]
        keys[:, :, self.used], values[:, :, self.used] = k[:, :, 0], v[:, :, 0]
        return keys[:, :, : self.used + 1], values[:, :, : self.used + 1]

    def _roomy(self, tensor: Tensor) -> Tensor:
        return torch.cat((tensor, tensor.new_empty((*tensor.shape[:2], ROOM, tensor.shape[3]))), dim=2)


STORES: list[Store] = []


def decode_step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token per sequence (b,): its logits (b, V), and the cache one position longer."""
    store = STORES[-1]
    position = store.used
    x = model.embed(token[:, None], torch.tensor([position], device=model.device))
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys, values = store.append(i, k, v)
        # The only query is the newest position, which may see everything, so no mask is needed.
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values))
        x = x + block.mlp(x)
    store.used += 1
    return model.logits(x)[:, 0], store.views()


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
