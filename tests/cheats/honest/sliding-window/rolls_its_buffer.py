"""Right, and slower than a ring: the kept keys and values are moved to the front after every call, in place.

Lab: sliding-window
Expect: only slow
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


class WindowCache:
    """The last W positions of each layer, always oldest first."""

    def __init__(
        self, layers: int, batch: int, heads: int, head_dim: int, window: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self.window = window
        self.kept = torch.empty((layers, 2, batch, heads, window, head_dim), dtype=dtype)
        self.length = [0] * layers

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend, then move and append."""
        old_k, old_v = self.contents(layer)
        keys, values = torch.cat((old_k, k), dim=2), torch.cat((old_v, v), dim=2)
        new, old = k.shape[2], old_k.shape[2]
        distance = torch.arange(old, old + new)[:, None] - torch.arange(old + new)[None, :]
        out = functional.scaled_dot_product_attention(
            q, keys, values, attn_mask=(distance >= 0) & (distance < self.window)
        )
        self.length[layer] = min(self.window, old + new)
        for place, whole in zip(self.kept[layer], (keys, values), strict=True):
            place[:, :, : self.length[layer]] = whole[:, :, -self.window :]
        return out

    def contents(self, layer: int) -> tuple[Tensor, Tensor]:
        """Keys and values, oldest first."""
        keys, values = self.kept[layer, :, :, :, : self.length[layer]]
        return keys, values

    def tensors(self) -> list[Tensor]:
        """All that is kept."""
        return [self.kept]


def prefill(cache: WindowCache, layer: int, q: Tensor, k: Tensor, v: Tensor, chunk: int) -> Tensor:
    """Attend with a whole prompt (b, H, T, D), at most ``chunk`` positions at a time."""
    out = torch.empty_like(q)
    for start in range(0, q.shape[2], chunk):
        part = slice(start, start + chunk)
        out[:, :, part] = cache.attend(layer, q[:, :, part], k[:, :, part], v[:, :, part])
    return out


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, window: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension and sequence, for the last min(T, W) tokens."""
    return 2 * layers * heads * head_dim * min(tokens, window) * dtype_bytes * batch
