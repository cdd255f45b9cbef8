"""What the pools looked like: utilisation, memory map, a table and the observation template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graders.outcome import Outcome, Plot, Samples, Series, Table

MAP_COLUMNS = 16  # blocks in one row of the memory map
PLOT_POINTS = 200
Pool = dict[str, Any]  # one entry of the samples' "pools"


def report(outcome: Outcome, samples: Samples) -> None:
    """Fill metrics, plots, table and observation of ``outcome``; nothing without a pool."""
    pools = samples.get("pools", [])
    if not pools:
        return
    first, operations = pools[0], samples.get("operations", 0)
    reserved, paged = _waste(first)
    filled = float(np.mean([share for pool in pools for share in _filled_shares(pool)] or [0.0]))
    outcome.metrics = {
        "operations": float(operations),
        "outputs": float(samples.get("outputs", 0)),
        "microseconds_per_operation": samples.get("seconds", 0.0) / max(1, operations) * 1e6,
        "filled_share": filled,
        "refused": float(sum(pool["refused"] for pool in pools)),
        "copies": float(sum(pool["copies"] for pool in pools)),
        "wasted_reserved": float(reserved),
        "wasted_paged": float(paged),
        "attention_budget_used": max((each["worst"] for each in samples.get("attention", [])), default=0.0),
    }
    outcome.tables = [_table(pools)]
    outcome.plots = [_map(first), _sharing(first), _utilisation(first)]
    outcome.observation = {
        "model": "a referee's KV pool, 2 heads x 8, float32; attention in float64 as reference",
        "prompt": f"{operations:,} random operations on {len(pools)} pools",
        "batch_size": len(first["tables"]),
        "notes": f"first pool: {first['blocks']} blocks of {first['block_size']} tokens",
        "observations": f"{filled:.1%} of the slots in use held a token; at the end of the first pool "
        f"{len(first['lengths'])} sequences wasted {paged} slots in blocks and would have wasted {reserved} "
        "when each reserved the longest length",
    }


def _waste(pool: Pool) -> tuple[int, int]:
    """Empty slots of the remembered sequences: each reserved at the longest length, and in blocks."""
    lengths = pool["lengths"].values()
    longest = max(lengths, default=0)
    return sum(longest - n for n in lengths), sum(-n % pool["block_size"] for n in lengths)


def _filled_shares(pool: Pool) -> list[float]:
    size = pool["block_size"]
    pairs = zip(pool["filled_slots"], pool["used_blocks"], strict=True)
    return [filled / (used * size) if used else 1.0 for filled, used in pairs]


def _table(pools: Sequence[Pool]) -> Table:
    columns = ["B", "blocks", "operations", "refused", "forks", "copies", "most waste", "filled %", "paged", "reserved"]
    rows: list[list[str | float | int | None]] = []
    for pool in pools:
        reserved, paged = _waste(pool)
        filled = round(100 * float(np.mean(_filled_shares(pool) or [0.0])), 1)
        rows.append([pool["block_size"], pool["blocks"], len(pool["used_blocks"]), pool["refused"], pool["forks"],
                     pool["copies"], pool["most_waste"], filled, paged, reserved])  # fmt: skip
    return Table("Pools (the last two columns: empty slots of the sequences alive at the end)", columns, rows)


def _rows(values: list[int]) -> list[Series]:
    return [
        Series(f"{start}", [str(column) for column in range(len(values[start : start + MAP_COLUMNS]))],
               values[start : start + MAP_COLUMNS])
        for start in range(0, len(values), MAP_COLUMNS)
    ]  # fmt: skip


def _map(pool: Pool) -> Plot:
    """Number the sequences from 1 in the order of their ids; a shared block shows the oldest one."""
    cells = [0] * pool["blocks"]
    for number, sequence in reversed(list(enumerate(sorted(pool["tables"], key=int), start=1))):
        for block in pool["tables"][sequence]:
            if block in range(len(cells)):
                cells[block] = number
    title = "Memory map: the sequence that holds each block, 0 is free"
    return Plot(title, "grid", "block within the row", "first block of the row", _rows(cells))


def _sharing(pool: Pool) -> Plot:
    cells = [0] * pool["blocks"]
    for table in pool["tables"].values():
        for block in table:
            if block in range(len(cells)):
                cells[block] += 1
    return Plot("Reference counts, 0 is free", "grid", "block within the row", "first block of the row", _rows(cells))


def _utilisation(pool: Pool) -> Plot:
    used = [blocks / pool["blocks"] for blocks in pool["used_blocks"]]
    step = max(1, len(used) // PLOT_POINTS)
    x = list(range(1, len(used) + 1, step))
    series = [
        Series("blocks in use", x, used[::step]),
        Series("slots in use that hold a token", x, _filled_shares(pool)[::step]),
    ]
    return Plot("Utilisation over the operations of the first pool", "line", "operations", "share", series)
