"""Executes a program on the referee's own arrays and says what came of it: memory, counts, hazards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.simt import counting, hazards
from graders.simt.launch import LANES, Launch
from graders.simt.program import ADD, BARRIER, DIV, FIRST_CONSTANT, LOAD, MUL, NONE, STORE, SUB, Program, shared_bases

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
ARITHMETIC = {ADD: np.add, SUB: np.subtract, MUL: np.multiply, DIV: np.divide}


@dataclass(frozen=True)
class Report:
    """What one launch cost and whether it was sound.

    ``loads``/``stores`` count lanes, ``*_requests`` warp accesses, ``*_sectors`` and ``*_lines`` what these touch in
    global memory. ``issued`` are warp instructions without barriers, ``active_lanes`` their lanes. ``degree`` is the
    worst shared access, ``shared_passes`` the sum over all. Address arithmetic and branches cost nothing here.
    """

    issued: int = 0
    active_lanes: int = 0
    loads: int = 0
    stores: int = 0
    load_requests: int = 0
    store_requests: int = 0
    load_sectors: int = 0
    store_sectors: int = 0
    load_lines: int = 0
    store_lines: int = 0
    shared_requests: int = 0
    shared_passes: int = 0
    degree: int = 0
    barriers: int = 0
    out_of_bounds: int = 0
    races: int = 0
    divergent_barriers: int = 0
    unset_reads: int = 0
    examples: dict[str, str] = field(default_factory=dict)  # hazard -> the first one in words

    @property
    def active_share(self) -> float:
        """Active lanes per issued instruction over 32; 0 when nothing was issued."""
        return self.active_lanes / (LANES * self.issued) if self.issued else 0.0

    @property
    def sectors(self) -> int:
        """Sectors loaded and stored."""
        return self.load_sectors + self.store_sectors

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Report:
        """Rebuild it from its JSON form."""
        return cls(**data)


def execute(program: Program, launch: Launch, memory: Sequence[Floats]) -> Report:
    """Run ``program`` on the global arrays ``memory`` (flat, changed in place); raises MalformedProgramError.

    Loads outside an array give NaN, stores there are dropped; both are counted. Shared memory starts as NaN.
    """
    program.check(launch, len(memory))
    lengths = [len(array) for array in memory] + list(program.shared)
    found = hazards.accesses(program)
    unset = _Run(program, launch, memory).all()
    dangers = {
        "out_of_bounds": hazards.out_of_bounds(program, launch, found, lengths),
        "races": hazards.races(program, launch, found, len(memory)),
        "divergent_barriers": hazards.divergent_barriers(program, launch),
    }
    examples = {name: danger.example for name, danger in dangers.items() if danger.count}
    if unset:
        examples["unset_reads"] = f"{unset} reads of shared memory that no thread had written"
    return Report(
        **_counts(program, len(memory)),
        **{name: danger.count for name, danger in dangers.items()},
        unset_reads=unset,
        examples=examples,
    )


def _counts(program: Program, global_arrays: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    lanes = program.active.sum(axis=1)
    work = program.op != BARRIER
    counts["issued"], counts["active_lanes"] = int(work.sum()), int(lanes[work].sum())
    counts["barriers"] = int(np.bincount(program.warp[~work]).max(initial=0))
    outside = program.array < global_arrays
    for name, op in (("load", LOAD), ("store", STORE)):
        rows = (program.op == op) & outside
        index, active = program.index[rows], program.active[rows]
        counts[f"{name}s"], counts[f"{name}_requests"] = int(lanes[rows].sum()), int(rows.sum())
        counts[f"{name}_sectors"] = int(counting.sectors(index, active).sum())
        counts[f"{name}_lines"] = int(counting.lines(index, active).sum())
    rows = np.isin(program.op, (LOAD, STORE)) & ~outside
    bases = np.array(shared_bases(program.shared), dtype=np.int64)
    words = program.index[rows] + bases[program.array[rows] - global_arrays][:, None]
    degrees = counting.bank_degrees(words, program.active[rows])
    counts["shared_requests"], counts["shared_passes"] = int(rows.sum()), int(degrees.sum())
    counts["degree"] = int(degrees.max(initial=0))
    return counts


class _Run:
    """One execution. Warps that issue the same instructions between two barriers run side by side.

    Without races the order of warps between barriers changes nothing, and races are reported.
    """

    def __init__(self, program: Program, launch: Launch, memory: Sequence[Floats]) -> None:
        self._program, self._memory, self._launch = program, memory, launch
        self._shared = [np.full((launch.blocks, length), np.nan, np.float32) for length in program.shared]
        self._set = [np.zeros((launch.blocks, length), bool) for length in program.shared]
        self._values = np.full((len(program), LANES), np.nan, np.float32)
        first = np.searchsorted(program.warp, np.arange(launch.warps))
        self._first_row = first[program.warp][:, None]
        self._lane = np.arange(LANES)
        self._unset = 0

    def all(self) -> int:
        """Execute everything; returns how many shared reads found a word that nobody had written."""
        with np.errstate(all="ignore"):
            for rows in self._batches():
                for step in range(rows.shape[1]):
                    self._step(rows[:, step])
        return self._unset

    def _batches(self) -> Iterator[Rows]:
        """Yield row numbers (warps, steps) of equal stretches, in the order of the barriers."""
        program = self._program
        epoch = hazards.epochs(program, self._launch)
        stretch = np.flatnonzero(np.diff(program.warp, prepend=-1) | np.diff(epoch, prepend=-1))
        ends = np.append(stretch, len(program))[1:]
        groups: dict[tuple[int, bytes, bytes], list[Rows]] = {}
        for begin, end in zip(stretch, ends, strict=True):
            alike = program.op[begin:end].tobytes(), program.array[begin:end].tobytes()
            groups.setdefault((int(epoch[begin]), *alike), []).append(np.arange(begin, end))
        for key in sorted(groups, key=lambda each: each[0]):
            yield np.stack(groups[key])

    def _step(self, rows: Rows) -> None:
        program = self._program
        op, array, active = int(program.op[rows[0]]), int(program.array[rows[0]]), program.active[rows]
        if op == BARRIER:
            return
        if op in ARITHMETIC:
            result = ARITHMETIC[op](self._operand(program.a, rows), self._operand(program.b, rows))
            self._values[rows] = np.where(active, result, np.nan)
            return
        place = array - len(self._memory)
        target = self._memory[array] if place < 0 else self._shared[place]
        index = program.index[rows]
        inside = active & (index >= 0) & (index < target.shape[-1])
        block = np.broadcast_to((program.warp[rows] // self._launch.block_warps)[:, None], index.shape)
        where = (index[inside],) if place < 0 else (block[inside], index[inside])
        if op == STORE:
            target[where] = self._operand(program.a, rows)[inside]
            if place >= 0:
                self._set[place][where] = True
            return
        if place >= 0:
            self._unset += int((~self._set[place][where]).sum())
        loaded = np.full(index.shape, np.nan, np.float32)
        loaded[inside] = target[where]
        self._values[rows] = loaded

    def _operand(self, plane: NDArray[np.int32], rows: Rows) -> Floats:
        operand = plane[rows]
        values: Floats = self._values[self._first_row[rows] + np.maximum(operand, 0), self._lane]
        if (operand < 0).any():
            constants = np.append(self._program.constants, np.float32(np.nan))  # no operand reads as NaN
            place = np.where(operand == NONE, len(constants) - 1, FIRST_CONSTANT - operand)
            values = np.where(operand < 0, constants[np.maximum(place, 0)], values)
        return values
