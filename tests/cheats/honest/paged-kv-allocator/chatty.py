"""The reference, which prints at every step: output is shown as the learner's log, and judged by nobody.

Lab: paged-kv-allocator
Expect: passed
"""

from __future__ import annotations


class BlockAllocator:
    """Blocks of ``block_size`` tokens; token ``p`` of a sequence lies in slot ``table[p // B] * B + p % B``."""

    def __init__(self, num_blocks: int, block_size: int) -> None:
        self.block_size = block_size
        self.free_blocks = list(range(num_blocks))
        self.refs = [0] * num_blocks
        self.tables: dict[int, list[int]] = {}
        self.lengths: dict[int, int] = {}

    def allocate(self, seq_id: int, n_tokens: int) -> list[int] | None:
        """Start a sequence; returns the slots of its tokens."""
        print(f"allocate {n_tokens} for {seq_id}", flush=True)
        needed = -(-n_tokens // self.block_size)
        if needed > len(self.free_blocks):
            return None
        self.tables[seq_id] = [self._take() for _ in range(needed)]
        self.lengths[seq_id] = n_tokens
        return self._slots(seq_id, 0)

    def append(self, seq_id: int, n_tokens: int = 1) -> tuple[list[tuple[int, int]], list[int]] | None:
        """Make room for more tokens; returns the block copies that are due and the slots of the new tokens."""
        table, length = self.tables[seq_id], self.lengths[seq_id]
        shared = length % self.block_size != 0 and self.refs[table[-1]] > 1
        needed = -(-(length + n_tokens) // self.block_size) - len(table)
        if needed + shared > len(self.free_blocks):
            return None
        copies = []
        if shared:
            source, target = table[-1], self._take()
            self.refs[source] -= 1
            table[-1] = target
            copies.append((source, target))
        table.extend(self._take() for _ in range(needed))
        self.lengths[seq_id] = length + n_tokens
        return copies, self._slots(seq_id, length)

    def fork(self, parent_id: int, child_id: int) -> None:
        """Let the child share every block of its parent."""
        self.tables[child_id] = list(self.tables[parent_id])
        self.lengths[child_id] = self.lengths[parent_id]
        for block in self.tables[child_id]:
            self.refs[block] += 1

    def free(self, seq_id: int) -> None:
        """End a sequence; blocks that nobody shares become free."""
        del self.lengths[seq_id]
        for block in self.tables.pop(seq_id):
            self.refs[block] -= 1
            if self.refs[block] == 0:
                self.free_blocks.append(block)

    def block_table(self, seq_id: int) -> list[int]:
        """Blocks of a sequence in the order of its tokens."""
        return list(self.tables[seq_id])

    def num_free(self) -> int:
        """Blocks that no sequence holds."""
        return len(self.free_blocks)

    def ref_count(self, block: int) -> int:
        """Sequences that hold ``block``."""
        return self.refs[block]

    def _take(self) -> int:
        block = self.free_blocks.pop()
        self.refs[block] = 1
        return block

    def _slots(self, seq_id: int, start: int) -> list[int]:
        table, size = self.tables[seq_id], self.block_size
        return [table[p // size] * size + p % size for p in range(start, self.lengths[seq_id])]


def wasted_slots(lengths: list[int], block_size: int, reserved: int) -> tuple[int, int]:
    """Empty slots when each sequence reserves ``reserved`` tokens, and when it gets blocks."""
    return sum(reserved - n for n in lengths), sum(-n % block_size for n in lengths)
