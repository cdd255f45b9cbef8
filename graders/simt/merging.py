"""Makes warp instructions of 32 threads' operations: lanes at the same position of the code run together.

Where they differ, the lanes that are furthest behind in the code go first and the others wait, so that both sides of a
branch run one after the other and meet again behind it (minimum-PC reconvergence: Collange 2011, "Stack-less SIMT
reconvergence at low cost").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graders.simt.launch import LANES
from graders.simt.program import NONE, Program

Stream = NDArray[np.int32]  # (operations of one thread, COLUMNS)
COLUMNS = 6  # position, operation, array, index, a, b
KEY = 3  # columns that lanes of one instruction share
Constants = NDArray[np.float32]


def lockstep(warps: Sequence[Sequence[Stream]], shared: tuple[int, ...], constants: Constants) -> Program:
    """Merge the threads' streams of every warp (32 or fewer each) into one program."""
    merged = [_merge(streams) for streams in warps]
    keys = np.concatenate([np.empty((0, KEY), np.int32), *(key for key, _, _ in merged)])
    active = np.concatenate([np.empty((0, LANES), bool), *(lanes for _, lanes, _ in merged)])
    planes = np.concatenate([np.empty((0, 3, LANES), np.int32), *(operands for _, _, operands in merged)])
    warp = np.repeat(np.arange(len(warps), dtype=np.int32), [len(key) for key, _, _ in merged])
    index, a, b = np.moveaxis(planes, 1, 0)
    return Program(warp, keys[:, 1], keys[:, 2], active, index, a, b, shared, constants)


def _merge(streams: Sequence[Stream]) -> tuple[Stream, NDArray[np.bool_], Stream]:
    """Key (rows, 3), active lanes (rows, 32) and index, a, b (rows, 3, 32) of one warp."""
    alike: dict[bytes, list[int]] = {}
    for lane, stream in enumerate(streams):
        alike.setdefault(stream[:, :KEY].tobytes(), []).append(lane)
    paths = [streams[lanes[0]][:, :KEY] for lanes in alike.values()]
    rows_of = _schedule(paths)
    count = max((int(rows[-1]) + 1 for rows in rows_of if len(rows)), default=0)
    key = np.zeros((count, KEY), np.int32)
    active = np.zeros((count, LANES), bool)
    planes = np.full((count, 3, LANES), NONE, np.int32)
    for path, rows, lanes in zip(paths, rows_of, alike.values(), strict=True):
        if not len(rows):
            continue
        key[rows] = path
        for lane in lanes:
            active[rows, lane] = True
            planes[rows, 0, lane] = streams[lane][:, KEY]
            for place in (1, 2):
                operand = streams[lane][:, KEY + place]
                # A register is the thread's n-th operation; in the program it is the row that this became.
                planes[rows, place, lane] = np.where(operand >= 0, rows[np.maximum(operand, 0)], operand)
    return key, active, planes


def _schedule(paths: Sequence[Stream]) -> list[NDArray[np.int64]]:
    """Rows at which each of the distinct paths through the code issues its operations."""
    if len(paths) == 1:
        return [np.arange(len(paths[0]))]
    keys = [list(map(tuple, path.tolist())) for path in paths]
    at = [0] * len(paths)
    rows: list[list[int]] = [[] for _ in paths]
    running = [number for number, key in enumerate(keys) if key]
    row = 0
    while running:
        first = min(keys[number][at[number]] for number in running)
        for number in running:
            if keys[number][at[number]] == first:
                rows[number].append(row)
                at[number] += 1
        running = [number for number in running if at[number] < len(keys[number])]
        row += 1
    return [np.array(each, dtype=np.int64) for each in rows]
