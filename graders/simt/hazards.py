"""Finds what the hardware does not forgive: addresses outside an array, races, barriers that not all threads reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graders.simt.launch import LANES, Launch
from graders.simt.program import BARRIER, MEMORY, NAMES, STORE, Program, existing_lanes, warp_starts

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Hazard:
    """How often it happened, and the first time in words."""

    count: int = 0
    example: str = ""


@dataclass(frozen=True)
class Accesses:
    """Every access of one lane to memory: program row, lane, array, index."""

    row: Ints
    lane: Ints
    array: Ints
    index: Ints


def accesses(program: Program) -> Accesses:
    """List them in program order."""
    row, lane = np.nonzero(program.active & np.isin(program.op, MEMORY)[:, None])
    return Accesses(row, lane, program.array[row].astype(np.int64), program.index[row, lane].astype(np.int64))


def out_of_bounds(program: Program, launch: Launch, found: Accesses, lengths: list[int]) -> Hazard:
    """Accesses outside their array; ``lengths`` in elements, global arrays first."""
    limit = np.array(lengths, dtype=np.int64)[found.array] if lengths else np.empty(0, np.int64)
    wrong = np.flatnonzero((found.index < 0) | (found.index >= limit))
    if not len(wrong):
        return Hazard()
    first = wrong[0]
    what = NAMES[program.op[found.row[first]]]
    place = launch.place(int(program.warp[found.row[first]]), int(found.lane[first]))
    return Hazard(len(wrong), f"{what} at index {found.index[first]} of {limit[first]} elements by {place}")


def divergent_barriers(program: Program, launch: Launch) -> Hazard:
    """Barriers that some thread of the warp or some warp of the block does not reach."""
    is_barrier = program.op == BARRIER
    exists = existing_lanes(launch)[program.warp % launch.block_warps]
    partial = np.flatnonzero(is_barrier & (program.active != exists).any(axis=1))
    per_warp = np.bincount(program.warp[is_barrier], minlength=launch.warps).reshape(launch.blocks, launch.block_warps)
    uneven = np.flatnonzero(per_warp.min(axis=1) != per_warp.max(axis=1))
    if len(partial):
        row = partial[0]
        missing = int(np.flatnonzero(exists[row] & ~program.active[row])[0])
        place = launch.place(int(program.warp[row]), missing)
        return Hazard(len(partial) + len(uneven), f"{place} does not reach a barrier that its warp reaches")
    if len(uneven):
        few, many = per_warp[uneven[0]].min(), per_warp[uneven[0]].max()
        return Hazard(len(uneven), f"in block {uneven[0]} one warp reaches {many} barriers, another {few}")
    return Hazard()


def epochs(program: Program, launch: Launch) -> Ints:
    """Barriers that each row's warp has passed before it."""
    passed = np.concatenate([[0], np.cumsum(program.op == BARRIER)])
    starts = warp_starts(program.warp, launch.warps)
    before: Ints = passed[:-1] - passed[starts[program.warp]]
    return before


def races(program: Program, launch: Launch, found: Accesses, global_arrays: int) -> Hazard:
    """Elements that two threads reach, one of them writing, with nothing that puts them in an order.

    A barrier orders the threads of its block; nothing orders two blocks.
    """
    warp = program.warp[found.row].astype(np.int64)
    thread = warp * LANES + found.lane
    block = warp // launch.block_warps
    stores = program.op[found.row] == STORE
    shared = found.array >= global_arrays
    home = np.where(shared, block, 0)  # each block has its own copy of a shared array
    element = _number(found.array, home, found.index)
    written = np.isin(element, element[stores])
    interval = _number(element, block, epochs(program, launch)[found.row])
    together = _contested(interval, thread, stores, written)
    apart = _contested(element, block, stores, written & ~shared)
    wrong = np.flatnonzero(together | apart)
    if not len(wrong):
        return Hazard()
    first = wrong[0]
    partners = np.flatnonzero((element == element[first]) & (thread != thread[first]) & (together | apart))
    # The pair that is told has a store in it.
    other = next((each for each in partners if stores[each] or stores[first]), partners[0])
    kind = "shared" if shared[first] else "global"
    text = " and ".join(
        f"{NAMES[program.op[found.row[each]]]} by {launch.place(int(warp[each]), int(found.lane[each]))}"
        for each in sorted((first, other))
    )
    elements = len(np.unique(element[together | apart]))
    return Hazard(elements, f"{kind} array, index {found.index[first]}: {text} with no barrier between them")


def _number(*columns: Ints) -> Ints:
    """One number for each distinct row of the columns."""
    total = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, small = np.unique(column, return_inverse=True)
        total = total * (int(small.max(initial=0)) + 1) + small
        _, total = np.unique(total, return_inverse=True)
    return total


def _contested(group: Ints, who: Ints, stores: NDArray[np.bool_], relevant: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the relevant accesses of groups that hold a store and more than one ``who``."""
    marked = np.zeros(len(group), bool)
    chosen = np.flatnonzero(relevant)
    if not len(chosen):
        return marked
    inside = group[chosen]
    size = int(inside.max()) + 1
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(low, inside, who[chosen])
    np.maximum.at(high, inside, who[chosen])
    has_store = np.bincount(inside, weights=stores[chosen], minlength=size) > 0
    marked[chosen] = ((high > low) & has_store)[inside]
    return marked
