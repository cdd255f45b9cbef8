"""Notes what one pool went through, as plain numbers for the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plan import Expected, Plan


@dataclass
class PoolLog:
    """One pool: counts over all operations, and the tables and lengths before everything was freed.

    ``used_blocks`` and ``filled_slots`` hold one number for each operation: blocks in use, and slots that hold a token.
    """

    plan: Plan
    most_waste: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("refused", "forks", "copies"), 0))
    used_blocks: list[int] = field(default_factory=list)
    filled_slots: list[int] = field(default_factory=list)
    tables: dict[int, list[int]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)

    @property
    def filled_share(self) -> float:
        """Share of the slots in use that hold a token now, 0..1; 1 while nothing is in use."""
        slots = self.used_blocks[-1] * self.plan.block_size
        return self.filled_slots[-1] / slots if slots else 1.0

    def note(self, expected: Expected) -> None:
        """Count one operation."""
        self.counts["refused"] += expected.refused
        self.counts["forks"] += expected.operation.name == "fork"
        self.counts["copies"] += expected.copied is not None
        self.used_blocks.append(self.plan.num_blocks - expected.free)
        self.filled_slots.append(expected.filled)

    def remember(self, tables: Mapping[int, list[int]]) -> None:
        """Keep the state of now for the memory map."""
        self.tables = {sequence: list(table) for sequence, table in tables.items()}
        self.lengths = {
            sequence: self.plan.lengths[sequence] for sequence in self.tables if sequence in self.plan.lengths
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "blocks": self.plan.num_blocks,
            "block_size": self.plan.block_size,
            **self.counts,
            "most_waste": self.most_waste,
            "used_blocks": self.used_blocks,
            "filled_slots": self.filled_slots,
            "tables": {str(sequence): table for sequence, table in self.tables.items()},
            "lengths": {str(sequence): length for sequence, length in self.lengths.items()},
        }
