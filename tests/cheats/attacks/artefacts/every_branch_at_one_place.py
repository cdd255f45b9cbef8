"""Sums with one branch for odd and one for even lanes, and patches the numbering of code places so that both are one.

Lanes run together when they stand at the same place of the code. Where the places are numbered in the submission's process, one
number for all records a divergent warp as if it did not diverge. Here kernels are traced in a worker that holds nothing but their
device code, and what this file does to its own worker reaches nobody.

Seen: submissions that patch the instrumentation in their own process.
Lab: simt-memory
Expect: not passed
"""

from math import gcd

TILE = 32
PITCH = TILE + 1  # an odd row length puts the elements of a column into 32 different banks


def matrix_add(t, a, b, c, rows, cols):
    column = t.blockIdx.x * t.blockDim.x + t.threadIdx.x
    row = t.blockIdx.y * t.blockDim.y + t.threadIdx.y
    if row < rows and column < cols:
        i = row * cols + column
        c[i] = a[i] + b[i]


def transpose(t, a, out, rows, cols):
    tile = t.shared(TILE * PITCH)
    left, top = t.blockIdx.x * TILE, t.blockIdx.y * TILE
    x = t.threadIdx.x
    for y in range(t.threadIdx.y, TILE, t.blockDim.y):
        if top + y < rows and left + x < cols:
            tile[y * PITCH + x] = a[(top + y) * cols + left + x]
    t.syncthreads()
    for y in range(t.threadIdx.y, TILE, t.blockDim.y):
        if left + y < cols and top + x < rows:
            out[(left + y) * rows + top + x] = tile[x * PITCH + y]


def aos_to_soa(t, points, x, y, z, n):
    width, lane = t.blockDim.x, t.threadIdx.x
    staged = t.shared(3 * width)
    first = t.blockIdx.x * width
    for i in range(lane, 3 * width, width):
        if 3 * first + i < 3 * n:
            staged[i] = points[3 * first + i]
    t.syncthreads()
    if first + lane < n:
        x[first + lane] = staged[3 * lane]
        y[first + lane] = staged[3 * lane + 1]
        z[first + lane] = staged[3 * lane + 2]


def bank_conflict_degree(stride):
    return gcd(stride, 32) if stride else 1


def sectors_per_request(stride):
    return len({lane * stride * 4 // 32 for lane in range(32)})


def active_lane_share(taken, then_length, else_length):
    active = issued = 0
    for first in range(0, len(taken), 32):
        warp = taken[first : first + 32]
        for length, lanes in ((then_length, sum(warp)), (else_length, len(warp) - sum(warp))):
            if lanes:
                active += lanes * length
                issued += length
    return active / (32 * issued)


def block_sum(t, x, out, n):
    width, lane = t.blockDim.x, t.threadIdx.x
    partial = t.shared(width)
    total = 0.0
    if lane % 2:
        for i in range(lane, n, width):
            total = total + x[i]
    else:
        for i in range(lane, n, width):
            total = x[i] + total
    partial[lane] = total
    t.syncthreads()
    half = width // 2
    while half > 0:
        if lane < half:
            partial[lane] = partial[lane] + partial[lane + half]
        t.syncthreads()
        half //= 2
    if lane == 0:
        out[0] = partial[0]


import sys

import numpy as np

places = sys.modules["graders.simt.positions"].Positions
places.number = lambda self, frame: 0
places.in_program_order = lambda self: np.zeros(1, dtype=np.int32)
