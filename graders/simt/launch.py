"""The shape of a launch and the constants of the machine (CUDA C++ Programming Guide, Compute Capabilities)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LANES = 32  # threads of a warp
BANKS = 32  # of shared memory, each one word wide
WORD_BYTES = 4
SECTOR_BYTES = 32  # the unit in which DRAM and L2 move data
LINE_BYTES = 128  # four sectors
SHARED_BYTES = 48 << 10  # static shared memory of one block
BLOCK_THREADS = 1024


@dataclass(frozen=True)
class Launch:
    """Blocks of a grid and threads of a block, (x, y) each; x runs fastest."""

    grid: tuple[int, int]
    block: tuple[int, int]

    def __post_init__(self) -> None:
        """Raise ValueError for a launch that CUDA would refuse."""
        if min(*self.grid, *self.block) < 1 or self.threads > BLOCK_THREADS:
            raise ValueError(f"grid {self.grid} of blocks {self.block} is no valid launch")

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return self.grid[0] * self.grid[1]

    @property
    def threads(self) -> int:
        """Threads of one block."""
        return self.block[0] * self.block[1]

    @property
    def block_warps(self) -> int:
        """Warps of one block; the last one may be partly filled."""
        return -(-self.threads // LANES)

    @property
    def warps(self) -> int:
        """Warps of the grid; warp w belongs to block w // block_warps."""
        return self.blocks * self.block_warps

    def place(self, warp: int, lane: int) -> str:
        """Block and thread in words, as compute-sanitizer tells them."""
        block, thread = warp // self.block_warps, warp % self.block_warps * LANES + lane
        return (
            f"thread ({thread % self.block[0]}, {thread // self.block[0]}) "
            f"of block ({block % self.grid[0]}, {block // self.grid[0]})"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"grid": list(self.grid), "block": list(self.block)}

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Launch:
        """Rebuild it from its JSON form."""
        (grid_x, grid_y), (block_x, block_y) = data["grid"], data["block"]
        return cls((int(grid_x), int(grid_y)), (int(block_x), int(block_y)))
