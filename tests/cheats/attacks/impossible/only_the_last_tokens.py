"""Runs the last 32 tokens of the suffix alone and says that the cache held the rest, so that each hit is nearly free.

What lies between the cached prefix and the last tokens is never computed; attention to it meets whatever the pool holds. A
grader that measures time to first token and counts reused blocks sees a record. Here logits are compared with an uncached run,
and the pool is full of NaN at first.

Seen: one case driven to zero so that the mean collapses.
Lab: prefix-cache
Expect: not passed
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import TinyGPT


class PrefixCache:
    """A block is blank, held by running requests, or idle: cached, held by nobody, evicted when room is needed."""

    def __init__(self, num_blocks: int, block_size: int) -> None:
        self.block_size = block_size
        self.blank = list(range(num_blocks))
        self.holders = [0] * num_blocks
        self.key_of: dict[int, bytes] = {}
        self.block_of: dict[bytes, int] = {}
        self.idle: OrderedDict[int, None] = OrderedDict()  # least recently used first
        self.running: dict[int, list[int]] = {}

    def admit(self, request_id: int, tokens: list[int], extra: str | None = None) -> tuple[list[int], int] | None:
        """Find or take the blocks of a prompt; returns (blocks, reused tokens), or None and changes nothing."""
        keys = self._keys(tokens, extra)
        reused = self._match(keys[: (len(tokens) - 1) // self.block_size])
        needed = -(-len(tokens) // self.block_size) - len(reused)
        evictable = sum(block not in reused for block in self.idle)
        if needed > len(self.blank) + evictable:
            return None
        for block in reused:
            self.holders[block] += 1
            self.idle.pop(block, None)
        fresh = [self._take() for _ in range(needed)]
        for key, block in zip(keys[len(reused) :], fresh, strict=False):
            if key not in self.block_of:
                self.block_of[key], self.key_of[block] = block, key
        self.running[request_id] = reused + fresh
        return reused + fresh, len(reused) * self.block_size

    def finish(self, request_id: int) -> None:
        """Let go of a request's blocks, last block first, so that a prefix outlives what was built on it."""
        for block in reversed(self.running.pop(request_id)):
            self.holders[block] -= 1
            if self.holders[block] == 0:
                if block in self.key_of:
                    self.idle[block] = None
                else:
                    self.blank.append(block)

    def _keys(self, tokens: list[int], extra: str | None) -> list[bytes]:
        """One key for each full block: hash of the key before it and the block's tokens."""
        key = hashlib.sha256(repr(extra).encode()).digest()
        keys = []
        for end in range(self.block_size, len(tokens) + 1, self.block_size):
            block = repr(tokens[end - self.block_size : end]).encode()
            key = hashlib.sha256(key + block).digest()
            keys.append(key)
        return keys

    def _match(self, keys: list[bytes]) -> list[int]:
        found: list[int] = []
        for key in keys:
            if key not in self.block_of:
                break
            found.append(self.block_of[key])
        return found

    def _take(self) -> int:
        if self.blank:
            block = self.blank.pop()
        else:
            block, _ = self.idle.popitem(last=False)
            del self.block_of[self.key_of.pop(block)]
        self.holders[block] = 1
        return block


def prefill(model, tokens, pool, blocks, reused):
    layers, _, num_blocks, size, heads, dim = pool.shape
    memory = pool.view(layers, 2, num_blocks * size, heads, dim)
    start = max(reused, len(tokens) - 32)
    positions = torch.arange(len(tokens))
    slots = torch.tensor(blocks)[positions // size] * size + positions % size
    mask = positions[None, :] <= positions[start:, None]
    x = model.embed(tokens[None, start:], positions[start:])
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        memory[i, 0, slots[start:]], memory[i, 1, slots[start:]] = k[0].transpose(0, 1), v[0].transpose(0, 1)
        keys, values = (torch.nan_to_num(memory[i, part, slots]).transpose(0, 1)[None] for part in (0, 1))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values, attn_mask=mask))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[0, 0]
