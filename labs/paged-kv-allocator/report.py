"""What the pools looked like: utilisation, memory map, a table and the observation template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from plan import Expected, Plan

from graders.context import Context
from graders.outcome import Outcome, Plot, Series, Table

MAP_COLUMNS = 16  # blocks in one row of the memory map
PLOT_POINTS = 200


@dataclass
class PoolReport:
    """One pool: counts over all operations, and the tables before everything was freed."""

    plan: Plan
    most_waste: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("refused", "forks", "copies"), 0))
    used_share: list[float] = field(default_factory=list)
    filled_share: list[float] = field(default_factory=list)
    tables: dict[int, list[int]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)

    def note(self, expected: Expected) -> None:
        """Count one operation and take the two shares: of blocks in use, and of their slots that hold a token."""
        used = self.plan.num_blocks - expected.free
        self.counts["refused"] += expected.refused
        self.counts["forks"] += expected.operation.name == "fork"
        self.counts["copies"] += expected.copied is not None
        self.used_share.append(used / self.plan.num_blocks)
        self.filled_share.append(expected.filled / (used * self.plan.block_size) if used else 1.0)

    def remember(self, tables: Mapping[int, list[int]]) -> None:
        """Keep the state of now for the memory map."""
        self.tables = {sequence: list(table) for sequence, table in tables.items()}
        self.lengths = {
            sequence: self.plan.lengths[sequence] for sequence in self.tables if sequence in self.plan.lengths
        }

    @property
    def waste(self) -> tuple[int, int]:
        """Empty slots of the remembered sequences: each reserved at the longest length, and in blocks."""
        longest = max(self.lengths.values(), default=0)
        lengths = self.lengths.values()
        return sum(longest - n for n in lengths), sum(-n % self.plan.block_size for n in lengths)


def report(
    outcome: Outcome, context: Context, pools: list[PoolReport], *, operations: int, outputs: int, seconds: float
) -> None:
    """Fill metrics, plots, table and observation of ``outcome``."""
    first = pools[0]
    reserved, paged = first.waste
    filled = float(np.mean([share for pool in pools for share in pool.filled_share]))
    outcome.metrics = {
        "operations": float(operations),
        "outputs": float(outputs),
        "microseconds_per_operation": seconds / max(1, operations) * 1e6,
        "filled_share": filled,
        "refused": float(sum(pool.counts["refused"] for pool in pools)),
        "copies": float(sum(pool.counts["copies"] for pool in pools)),
        "wasted_reserved": float(reserved),
        "wasted_paged": float(paged),
    }
    outcome.tables = [_table(pools)]
    outcome.plots = [_map(first), _sharing(first), _utilisation(first)]
    outcome.samples = {
        "pools": [{"blocks": p.plan.num_blocks, "block_size": p.plan.block_size, **p.counts} for p in pools],
        "seconds": seconds,
    }
    outcome.observation = {
        "model": "a referee's KV pool, 2 heads x 8, float32; attention in float64 as reference",
        "prompt": f"{operations:,} random operations on {len(pools)} pools",
        "batch_size": len(first.tables),
        "notes": f"first pool: {first.plan.num_blocks} blocks of {first.plan.block_size} tokens",
        "observations": f"{filled:.1%} of the slots in use held a token; at the end of the first pool "
        f"{len(first.lengths)} sequences wasted {paged} slots in blocks and would have wasted {reserved} "
        "when each reserved the longest length",
    }


def _table(pools: list[PoolReport]) -> Table:
    columns = ["B", "blocks", "operations", "refused", "forks", "copies", "most waste", "filled %", "paged", "reserved"]
    rows: list[list[str | float | int | None]] = []
    for pool in pools:
        reserved, paged = pool.waste
        rows.append([pool.plan.block_size, pool.plan.num_blocks, len(pool.used_share), *pool.counts.values(),
                     pool.most_waste, round(100 * float(np.mean(pool.filled_share)), 1), paged, reserved])  # fmt: skip
    return Table("Pools (the last two columns: empty slots of the sequences alive at the end)", columns, rows)


def _rows(values: list[int]) -> list[Series]:
    return [
        Series(f"{start}", [str(column) for column in range(len(values[start : start + MAP_COLUMNS]))],
               values[start : start + MAP_COLUMNS])
        for start in range(0, len(values), MAP_COLUMNS)
    ]  # fmt: skip


def _map(pool: PoolReport) -> Plot:
    """Number the sequences from 1 in the order of their ids; a shared block shows the oldest one."""
    cells = [0] * pool.plan.num_blocks
    for number, sequence in reversed(list(enumerate(sorted(pool.tables), start=1))):
        for block in pool.tables[sequence]:
            if block in range(len(cells)):
                cells[block] = number
    title = "Memory map: the sequence that holds each block, 0 is free"
    return Plot(title, "grid", "block within the row", "first block of the row", _rows(cells))


def _sharing(pool: PoolReport) -> Plot:
    cells = [0] * pool.plan.num_blocks
    for table in pool.tables.values():
        for block in table:
            if block in range(len(cells)):
                cells[block] += 1
    return Plot("Reference counts, 0 is free", "grid", "block within the row", "first block of the row", _rows(cells))


def _utilisation(pool: PoolReport) -> Plot:
    step = max(1, len(pool.used_share) // PLOT_POINTS)
    x = list(range(1, len(pool.used_share) + 1, step))
    series = [
        Series("blocks in use", x, pool.used_share[::step]),
        Series("slots in use that hold a token", x, pool.filled_share[::step]),
    ]
    return Plot("Utilisation over the operations of the first pool", "line", "operations", "share", series)
