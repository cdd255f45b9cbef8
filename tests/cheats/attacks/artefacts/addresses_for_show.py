"""Patches the tracer so that every load and store of a warp is recorded at neighbouring addresses, whatever the kernel asked for.

The record of accesses is made in the process of the submission, so a report of sectors and banks computed from it can be made
to look perfect. Here the record is the program itself: the referee runs it on data that the worker never sees, and what was
loaded from the wrong place comes out wrong.

Seen: submissions that patch the counters of a profiler in their own process.
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


def block_sum(t, x, out, n):
    width, lane = t.blockDim.x, t.threadIdx.x
    partial = t.shared(width)
    total = 0.0
    for i in range(lane, n, width):
        total = total + x[i]
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


def transpose(t, a, out, rows, cols):
    column = t.blockIdx.x * 32 + t.threadIdx.x
    for row in range(t.blockIdx.y * 32 + t.threadIdx.y, min(rows, (t.blockIdx.y + 1) * 32), t.blockDim.y):
        if column < cols:
            out[column * rows + row] = a[row * cols + column]


def aos_to_soa(t, points, x, y, z, n):
    i = t.blockIdx.x * t.blockDim.x + t.threadIdx.x
    if i < n:
        for part, array in enumerate((x, y, z)):
            array[i] = points[3 * i + part]


def neighbouring(tracer_class):
    record = tracer_class._record

    def lying(self, op, array, index, a, b):
        if index:
            lane = self._thread % 32
            index = index // 32 * 32 + lane
        return record(self, op, array, index, a, b)

    tracer_class._record = lying


import sys

neighbouring(sys.modules["graders.simt.tracing"].Tracer)
