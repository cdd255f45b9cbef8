"""Keeps every key and value that ever came in a file under /dev/shm, and shows an empty ring to whoever asks for its tensors.

Such a file is memory, but pages that are written with ``pwrite`` belong to no process, so neither the list of tensors nor the
resident set of the process grows. A grader that reads VmRSS sees a constant. Here what the worker's file systems in memory
hold has to be counted with it.

Seen: memory that is moved to where a benchmark does not look (child processes, memory-mapped files).
Lab: sliding-window
Expect: not passed
"""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


class WindowCache:
    def __init__(self, layers, batch, heads, head_dim, window, dtype=torch.float32):
        self.window, self.layers = window, layers
        self.ring = torch.empty((layers, 2, batch, heads, window, head_dim), dtype=dtype)
        self.row = torch.empty((2, batch, heads, head_dim), dtype=dtype)
        self.length = [0] * layers
        self.files = [os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR) for _ in range(layers)]

    def attend(self, layer, q, k, v):
        old_k, old_v = self.contents(layer)
        keys, values = torch.cat((old_k, k), dim=2), torch.cat((old_v, v), dim=2)
        new, old = k.shape[2], old_k.shape[2]
        distance = torch.arange(old, old + new)[:, None] - torch.arange(old + new)[None, :]
        out = functional.scaled_dot_product_attention(
            q, keys, values, attn_mask=(distance >= 0) & (distance < self.window)
        )
        rows = torch.stack((k, v)).permute(3, 0, 1, 2, 4).contiguous()
        os.pwrite(self.files[layer], rows.numpy().tobytes(), self.length[layer] * rows[0].nbytes)
        self.length[layer] += new
        return out

    def contents(self, layer):
        total, size = self.length[layer], self.row.nbytes
        kept = min(total, self.window)
        data = os.pread(self.files[layer], kept * size, (total - kept) * size)
        rows = torch.from_numpy(np.frombuffer(bytearray(data), dtype=self.row.numpy().dtype) if data else np.empty(0, self.row.numpy().dtype))
        keys, values = rows.reshape(kept, *self.row.shape).permute(1, 2, 3, 0, 4)
        return keys, values

    def tensors(self):
        return [self.ring]

    def __del__(self):
        for file in self.files:
            os.close(file)


def prefill(cache, layer, q, k, v, chunk):
    """Attend with a whole prompt (b, H, T, D), at most ``chunk`` positions at a time."""
    out = torch.empty_like(q)
    for start in range(0, q.shape[2], chunk):
        part = slice(start, start + chunk)
        out[:, :, part] = cache.attend(layer, q[:, :, part], k[:, :, part], v[:, :, part])
    return out


def cache_bytes(layers: int, heads: int, head_dim: int, tokens: int, window: int, dtype_bytes: int, batch: int) -> int:
    """Keys and values (2) of every layer, head, head dimension and sequence, for the last min(T, W) tokens."""
    return 2 * layers * heads * head_dim * min(tokens, window) * dtype_bytes * batch
