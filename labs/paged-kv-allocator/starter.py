"""Write the block allocator of a paged KV cache.

The memory is a pool of ``num_blocks`` blocks; each holds the keys and values of ``block_size`` = B tokens. A sequence has a
block table: token ``p`` lies in slot ``table[p // B] * B + p % B``. You only keep the books: the referee owns the keys and
values, carries out your block copies, writes each token into the slot you name, and computes attention through your tables.

This file runs, but it refuses every request.
"""

from __future__ import annotations


class BlockAllocator:
    """Keep a list of free blocks, a reference count for each block, and a table and a length for each sequence."""

    def __init__(self, num_blocks: int, block_size: int) -> None:
        """Start with all blocks, numbered 0 to ``num_blocks`` - 1, free."""
        self.num_blocks = num_blocks
        self.block_size = block_size

    def allocate(self, seq_id: int, n_tokens: int) -> list[int] | None:
        """Start the sequence ``seq_id`` with ``n_tokens`` >= 1 tokens.

        Write this: take ceil(n_tokens / B) free blocks, set their reference counts to 1 and return the slots of the
        tokens in order. When the free blocks do not suffice, return None and change nothing.
        """
        return None

    def append(self, seq_id: int, n_tokens: int = 1) -> tuple[list[tuple[int, int]], list[int]] | None:
        """Make room for ``n_tokens`` >= 1 more tokens; returns (copies, slots).

        Write this: fill the last block first, then take new ones. If the last block is partly filled and shared
        (reference count above 1), take a free block in its place: lower the count of the old one and return the pair
        (old block, new block) in ``copies``, which the referee copies before it writes. Otherwise ``copies`` is empty. A
        full shared block is not written and needs no copy. When the free blocks do not suffice for all of it, the copy
        included, return None and change nothing.
        """
        return None

    def fork(self, parent_id: int, child_id: int) -> None:
        """Start ``child_id`` with the tokens of ``parent_id``.

        Write this: the child gets the same table and length, and every block's reference count rises by one. No block is
        taken and nothing is copied.
        """

    def free(self, seq_id: int) -> None:
        """End a sequence.

        Write this: lower the count of each of its blocks, and give those that reach 0 back to the free blocks.
        """

    def block_table(self, seq_id: int) -> list[int]:
        """Return the blocks of a sequence, in the order of its tokens."""
        return []

    def num_free(self) -> int:
        """Return the number of blocks that no sequence holds."""
        return self.num_blocks

    def ref_count(self, block: int) -> int:
        """Return how many sequences hold ``block``, 0 for a free one."""
        return 0


def wasted_slots(lengths: list[int], block_size: int, reserved: int) -> tuple[int, int]:
    """Return the empty slots of sequences of these lengths under two schemes.

    Write this: first when every sequence reserves ``reserved`` slots in one piece (all lengths fit), second when every
    sequence holds as many blocks of ``block_size`` slots as it needs, and no block is shared.
    """
    return 0, 0
