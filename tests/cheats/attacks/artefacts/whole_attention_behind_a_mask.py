"""Keeps everything, attends to everything and hides what is outside the window with a mask; the listed ring is an ornament.

Outputs are right, and the cache says that it has W positions. A grader that compares outputs and believes ``tensors()`` is
satisfied, and the words window, ring and chunk are all there. Here resident memory, peak memory and the growth of time with the
length of the prompt show the matrix.

Seen: graders that look for names, or ask the submission about its own memory.
Lab: sliding-window
Expect: not passed
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


class WindowCache:
    def __init__(self, layers, batch, heads, head_dim, window, dtype=torch.float32):
        self.window = window
        self.ring = torch.zeros((layers, 2, batch, heads, window, head_dim), dtype=dtype)
        empty = torch.empty((batch, heads, 0, head_dim), dtype=dtype)
        self.everything = [(empty, empty) for _ in range(layers)]

    def attend(self, layer, q, k, v):
        keys, values = (torch.cat(pair, dim=2) for pair in zip(self.everything[layer], (k, v)))
        self.everything[layer] = keys, values
        new, total = k.shape[2], keys.shape[2]
        distance = torch.arange(total - new, total)[:, None] - torch.arange(total)[None, :]
        seen = (distance >= 0) & (distance < self.window)
        return functional.scaled_dot_product_attention(q, keys, values, attn_mask=seen)

    def contents(self, layer):
        return tuple(each[:, :, -self.window :] for each in self.everything[layer])

    def tensors(self):
        return [self.ring]  # the ring buffer of W positions


def prefill(cache, layer, q, k, v, chunk):
    chunks = [slice(start, start + chunk) for start in range(0, q.shape[2], chunk)]
    return torch.cat([cache.attend(layer, q[:, :, part], k[:, :, part], v[:, :, part]) for part in chunks], dim=2)


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, window: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension and sequence, for the last min(T, W) tokens."""
    return 2 * layers * heads * head_dim * min(tokens, window) * dtype_bytes * batch
