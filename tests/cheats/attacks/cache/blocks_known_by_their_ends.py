"""Names a block by its first and last token and the sum of all, behind the name of the block before it: no hash to compute.

Prompts of random tokens out of a large vocabulary hardly ever collide, and a lookup that does not read the block is quicker. A
grader that draws such prompts sees a right cache. Here vocabularies of two and three tokens and shuffled prompts make collisions
common, and the referee names a block by all tokens up to its end.

Seen: results cached by a few elements of the input.
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
            part = tokens[end - self.block_size : end]
            block = repr((part[0], part[-1], sum(part))).encode()
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


def prefill(model: TinyGPT, tokens: Tensor, pool: Tensor, blocks: list[int], reused: int) -> Tensor:
    """Run the tokens behind ``reused``, read and write keys and values through the block table; logits (V,)."""
    layers, _, num_blocks, size, heads, dim = pool.shape
    memory = pool.view(layers, 2, num_blocks * size, heads, dim)
    positions = torch.arange(len(tokens), device=tokens.device)
    table = torch.tensor(blocks, device=tokens.device)
    slots = table[positions // size] * size + positions % size
    old, new = slots[:reused], slots[reused:]
    mask = positions[None, :] <= positions[reused:, None] if reused else None
    x = model.embed(tokens[None, reused:], positions[reused:])
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        memory[i, 0, new], memory[i, 1, new] = k[0].transpose(0, 1), v[0].transpose(0, 1)
        if reused:
            k = torch.cat((memory[i, 0, old].transpose(0, 1)[None], k), dim=2)
            v = torch.cat((memory[i, 1, old].transpose(0, 1)[None], v), dim=2)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        x = x + block.attend_out(attended)
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[0, 0]
