"""Write sliding-window attention over a ring buffer, and a prefill that goes through a long prompt in chunks.

A query at position p sees the keys at p - W + 1 .. p: W positions, itself included, fewer at the start. Scores are
q k / sqrt(D), as everywhere. All tensors are on the CPU; shapes: b batch, H heads, t or T positions, D head dimension.

This file runs, but it attends to nothing and keeps nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor


class WindowCache:
    """Keys and values of the last W positions of each layer. Layers are fed independently of each other."""

    def __init__(
        self, layers: int, batch: int, heads: int, head_dim: int, window: int, dtype: torch.dtype = torch.float32
    ) -> None:
        """Write this: allocate room for W positions of keys and values of every layer, and no more."""
        self.window = window
        self.shape = (batch, heads, 0, head_dim)
        self.dtype = dtype

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend with the next t >= 1 positions of ``layer``; q, k, v and the result are (b, H, t, D).

        Write this: let each query see the last W positions up to its own, some of them kept from earlier calls, some of them
        in ``k`` and ``v``. Then keep the keys and values that later positions will need. t may be larger than W.
        """
        return torch.zeros_like(q)

    def contents(self, layer: int) -> tuple[Tensor, Tensor]:
        """Return the kept keys and values, oldest first, each (b, H, min(T, W), D) after T positions."""
        return torch.zeros(self.shape, dtype=self.dtype), torch.zeros(self.shape, dtype=self.dtype)

    def tensors(self) -> list[Tensor]:
        """Return every tensor that this cache keeps between two calls; the bytes of their storages are counted."""
        return []


def prefill(cache: WindowCache, layer: int, q: Tensor, k: Tensor, v: Tensor, chunk: int) -> Tensor:
    """Attend with the next T positions of ``layer`` (b, H, T, D), at most ``chunk`` of them at a time.

    Write this: the result is what one call of ``attend`` would give, but no tensor has T x T elements.
    """
    return cache.attend(layer, q, k, v)


def cache_bytes(
    layers: int, heads: int, head_dim: int, tokens: int, window: int, dtype_bytes: int, batch: int
) -> int:
    """Return the bytes of the keys and values that are kept after ``tokens`` positions, by formula."""
    return 0
