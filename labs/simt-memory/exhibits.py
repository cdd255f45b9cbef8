"""Trusted kernels: the first version that everybody writes, for comparison, and if/else kernels to count lanes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graders.simt import Launch, Report, execute, trace
from graders.simt.machine import Floats
from graders.simt.tracing import Array, Thread


def matrix_add(t: Thread, a: Array, b: Array, c: Array, rows: int, cols: int) -> None:
    """x and y swapped: neighbouring threads go down a column."""
    row = t.blockIdx.y * t.blockDim.y + t.threadIdx.x % t.blockDim.y
    column = t.blockIdx.x * t.blockDim.x + t.threadIdx.y * 4 + t.threadIdx.x // t.blockDim.y
    if row < rows and column < cols:
        c[row * cols + column] = a[row * cols + column] + b[row * cols + column]


def transpose(t: Thread, a: Array, out: Array, rows: int, cols: int) -> None:
    """Shared tile without padding: reading a column of it meets one bank 32 times."""
    tile = t.shared(32 * 32)
    left, top, x = t.blockIdx.x * 32, t.blockIdx.y * 32, t.threadIdx.x
    for y in range(t.threadIdx.y, 32, t.blockDim.y):
        if top + y < rows and left + x < cols:
            tile[y * 32 + x] = a[(top + y) * cols + left + x]
    t.syncthreads()
    for y in range(t.threadIdx.y, 32, t.blockDim.y):
        if left + y < cols and top + x < rows:
            out[(left + y) * rows + top + x] = tile[x * 32 + y]


def aos_to_soa(t: Thread, points: Array, x: Array, y: Array, z: Array, n: int) -> None:
    """One thread reads one structure: the warp strides by 12 bytes."""
    i = t.blockIdx.x * t.blockDim.x + t.threadIdx.x
    if i < n:
        x[i] = points[3 * i]
        y[i] = points[3 * i + 1]
        z[i] = points[3 * i + 2]


def block_sum(t: Thread, x: Array, out: Array, n: int) -> None:
    """Interleaved addressing: in every step the working threads are spread over all warps."""
    width, lane = t.blockDim.x, t.threadIdx.x
    partial = t.shared(width)
    total: Any = 0.0
    for i in range(lane, n, width):
        total = total + x[i]
    partial[lane] = total
    t.syncthreads()
    step = 1
    while step < width:
        if lane % (2 * step) == 0:
            partial[lane] = partial[lane] + partial[lane + step]
        t.syncthreads()
        step *= 2
    if lane == 0:
        out[0] = partial[0]


FIRST_VERSIONS = {each.__name__: each for each in (matrix_add, transpose, aos_to_soa, block_sum)}


def first_version(kernel: str, launch: Launch, arguments: Sequence[Floats | int]) -> Report:
    """Count the first version of ``kernel`` on copies of the arrays."""
    given = [each if isinstance(each, int) else None for each in arguments]
    memory = [each.copy() for each in arguments if not isinstance(each, int)]
    return execute(trace(FIRST_VERSIONS[kernel], launch, given), launch, memory)


def counted_share(taken: Sequence[bool], then_length: int, else_length: int) -> float:
    """Active share of an if/else kernel on the machine, one block of ``len(taken)`` threads."""

    def branch(t: Thread, x: Array) -> None:
        if taken[t.threadIdx.x]:
            for _ in range(then_length):
                _ = x[t.threadIdx.x]
        else:
            for _ in range(else_length):
                _ = x[t.threadIdx.x]

    launch = Launch((1, 1), (len(taken), 1))
    return execute(trace(branch, launch, [None]), launch, [np.zeros(len(taken), np.float32)]).active_share
