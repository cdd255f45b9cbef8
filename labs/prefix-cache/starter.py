"""Write a prefix cache: blocks of keys and values that later prompts with the same beginning use again.

The memory is a pool of ``num_blocks`` blocks of B = ``block_size`` tokens. Token p of a request lies in slot
``blocks[p // B] * B + p % B``. ``PrefixCache`` keeps the books, ``prefill`` reads and writes the memory.

This file runs, but it admits nobody.
"""

from __future__ import annotations

import torch
from torch import Tensor

from graders.tinygpt import TinyGPT


class PrefixCache:
    """Each block is blank, held by running requests, or idle: cached, held by nobody, evicted when room is needed."""

    def __init__(self, num_blocks: int, block_size: int) -> None:
        """Start with all blocks, numbered 0 to ``num_blocks`` - 1, blank."""
        self.num_blocks = num_blocks
        self.block_size = block_size

    def admit(self, request_id: int, tokens: list[int], extra: str | None = None) -> tuple[list[int], int] | None:
        """Begin a request; returns (its ceil(n / B) blocks in order, number of reused tokens).

        Write this:
        - Reuse the longest run of cached full blocks from the start: same tokens up to the end of each block, same ``extra``
          (None and every string are different keys). Never the block with the last token: somebody must compute its logits.
        - Take the other blocks: blank ones first, then evict idle ones, the least recently used first. Blocks that this
          request reuses are no candidates.
        - If blank and evictable blocks do not suffice, return None and change nothing, not even the order of eviction.
        - Enter every new full block at once, so that the next request finds it. If its prefix is in the cache already, the
          new block stays private: nobody finds it.
        """
        return None

    def finish(self, request_id: int) -> None:
        """End a request.

        Write this: each of its blocks loses one holder, the last block of the prompt first. At zero holders a block that can
        be found becomes idle, now the most recently used one; every other block (private, or not full) becomes blank.
        """


def prefill(model: TinyGPT, tokens: Tensor, pool: Tensor, blocks: list[int], reused: int) -> Tensor:
    """Return the logits (V,) of the last token, running only the tokens behind the first ``reused``.

    Args:
        model: the tiny GPT; see the README for its pieces.
        tokens: the whole prompt, int64, (T,).
        pool: keys and values, float32, (L, 2, num_blocks, B, H, D); ``pool[i, 0]`` are keys, ``pool[i, 1]`` values of layer i.
        blocks: the blocks of this request; the first ``reused`` // B of them are filled.
        reused: how many tokens are in the pool already, a multiple of B below T.

    Write this: run ``tokens[reused:]`` at positions ``reused`` ..., write their keys and values into their slots, and let
    them attend to the cached keys and values as well as to themselves (causally).
    """
    return torch.zeros(model.config.vocab)
