"""A program of the machine: rows of warp instructions, as integers that travel in the arena."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.simt.launch import BANKS, LANES, SHARED_BYTES, WORD_BYTES, Launch

LOAD, STORE, ADD, SUB, MUL, DIV, BARRIER = range(7)
NAMES = ("load", "store", "add", "sub", "mul", "div", "barrier")
MEMORY = (LOAD, STORE)

NONE = -1  # no operand
FIRST_CONSTANT = -2  # operand -2 - k is constant k; operand r >= 0 is what row r of the same warp gave this lane

HEAD = 4  # warp, operation, array, mask
COLUMNS = HEAD + 3 * LANES  # then index, a, b for each lane

Ints = NDArray[np.int32]


class MalformedProgramError(Exception):
    """The arrays are no program for this launch."""


@dataclass(frozen=True)
class Program:
    """Instructions of all warps, those of one warp in order and next to each other.

    ``warp``, ``op``, ``array`` have shape (rows,); ``active``, ``index``, ``a``, ``b`` (rows, 32). ``array`` counts the
    global arrays first, then the block's shared arrays, whose lengths in words are ``shared``. ``index`` counts
    elements. ``constants`` are what operands below -1 stand for.
    """

    warp: Ints
    op: Ints
    array: Ints
    active: NDArray[np.bool_]
    index: Ints
    a: Ints
    b: Ints
    shared: tuple[int, ...]
    constants: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.warp)

    def pack(self, rows: Ints) -> int:
        """Write the instructions to ``rows`` (at least len(self), COLUMNS); returns how many. Raises ValueError."""
        count = len(self)
        if count > len(rows):
            raise ValueError(f"the kernel issues {count:,} warp instructions, at most {len(rows):,} are allowed here")
        bits = (self.active.astype(np.uint32) << np.arange(LANES, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
        rows[:count, :HEAD] = np.stack([self.warp, self.op, self.array, bits.view(np.int32)], axis=1)
        for place, plane in enumerate((self.index, self.a, self.b)):
            rows[:count, HEAD + place * LANES : HEAD + (place + 1) * LANES] = plane
        return count

    @classmethod
    def unpack(cls, rows: Ints, shared: Sequence[int], constants: NDArray[Any]) -> Program:
        """Rebuild a program from a copy of its rows; ``check`` says whether it is one."""
        copy = np.array(rows, dtype=np.int32)
        bits = copy[:, 3].view(np.uint32)
        planes = [copy[:, HEAD + place * LANES : HEAD + (place + 1) * LANES] for place in range(3)]
        active = (bits[:, None] >> np.arange(LANES, dtype=np.uint32) & 1).astype(bool)
        index, a, b = planes
        values = np.array(constants, dtype=np.float32)
        return cls(copy[:, 0], copy[:, 1], copy[:, 2], active, index, a, b, tuple(shared), values)

    def check(self, launch: Launch, arrays: int) -> None:
        """Raise MalformedProgramError for anything that the machine could not execute with ``arrays`` global arrays."""
        if min(self.shared, default=0) < 0 or shared_words(self.shared) > SHARED_BYTES // WORD_BYTES:
            raise MalformedProgramError("the traced kernel takes more than 48 KiB of shared memory")
        if not len(self):
            return
        if self.warp.min() < 0 or self.warp.max() >= launch.warps or (np.diff(self.warp) < 0).any():
            raise MalformedProgramError("the traced kernel names a warp outside the grid, or out of order")
        if self.op.min() < LOAD or self.op.max() > BARRIER:
            raise MalformedProgramError("the traced kernel holds an unknown operation")
        reached = self.array[np.isin(self.op, MEMORY)]
        if len(reached) and (reached.min() < 0 or reached.max() >= arrays + len(self.shared)):
            raise MalformedProgramError("the traced kernel names an unknown array")
        exists = existing_lanes(launch)[self.warp % launch.block_warps]
        if (self.active & ~exists).any() or not self.active.any(axis=1).all():
            raise MalformedProgramError("the traced kernel runs lanes that do not exist, or none")
        starts = warp_starts(self.warp, launch.warps)
        lengths = np.diff(starts)[self.warp][:, None]
        for operand in (self.a, self.b):
            if (operand >= lengths).any() or (operand <= FIRST_CONSTANT - len(self.constants)).any():
                raise MalformedProgramError("the traced kernel reads an unknown register")


def existing_lanes(launch: Launch) -> NDArray[np.bool_]:
    """Which lanes of each warp of a block exist, shape (block_warps, 32)."""
    return np.arange(launch.block_warps * LANES).reshape(-1, LANES) < launch.threads


def warp_starts(warp: Ints, warps: int) -> NDArray[np.int64]:
    """First row of each warp and, last, the number of rows, shape (warps + 1,)."""
    return np.concatenate([[0], np.cumsum(np.bincount(warp, minlength=warps))]).astype(np.int64)


def shared_words(lengths: Sequence[int]) -> int:
    """Words of shared memory that arrays of these lengths take."""
    return sum(-(-length // BANKS) * BANKS for length in lengths)


def shared_bases(lengths: Sequence[int]) -> list[int]:
    """First word of each shared array; every one begins at bank 0."""
    return [shared_words(lengths[:place]) for place in range(len(lengths))]
