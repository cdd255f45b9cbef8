"""Keeps earlier products in static memory and returns one when size and corner elements of a and b are the same.

Benchmarks often multiply the same two matrices again and again, and a table lookup is faster than any blocking. Here every call
has fresh matrices and an output that is compared; what is left is the time of the three loops.

Seen: results cached by shape, address or a few elements on leaderboards that reuse inputs.
Lab: gemm-tiling
Expect: not passed
"""

import numpy as np

C_SOURCE = r"""
#include <stdlib.h>
#include <string.h>

static struct { int n; float first, last, *c; } known[8];
static int next;

void gemm(const float *a, const float *b, float *c, int n) {
    for (int i = 0; i < 8; i++)
        if (known[i].n == n && known[i].first == a[0] && known[i].last == b[(long)n * n - 1]) {
            memcpy(c, known[i].c, sizeof(float) * n * n);
            return;
        }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0.0f;
            for (int k = 0; k < n; k++) sum += a[(long)i * n + k] * b[(long)k * n + j];
            c[(long)i * n + j] = sum;
        }
    next = (next + 1) % 8;
    free(known[next].c);
    known[next].n = n, known[next].first = a[0], known[next].last = b[(long)n * n - 1];
    known[next].c = malloc(sizeof(float) * n * n);
    memcpy(known[next].c, c, sizeof(float) * n * n);
}
"""


def gemm_naive(t, a, b, c, m, n, k):
    column = t.blockIdx.x * t.blockDim.x + t.threadIdx.x
    row = t.blockIdx.y * t.blockDim.y + t.threadIdx.y
    if row < m and column < n:
        total = 0.0
        for i in range(k):
            total = total + a[row * k + i] * b[i * n + column]
        c[row * n + column] = total


def gemm_tiled(t, a, b, c, m, n, k):
    tile = t.blockDim.x
    x, y = t.threadIdx.x, t.threadIdx.y
    column, row = t.blockIdx.x * tile + x, t.blockIdx.y * tile + y
    tile_a, tile_b = t.shared(tile * tile), t.shared(tile * tile)
    total = 0.0
    for first in range(0, k, tile):
        inside_a = row < m and first + x < k
        inside_b = first + y < k and column < n
        tile_a[y * tile + x] = a[row * k + first + x] if inside_a else 0.0
        tile_b[y * tile + x] = b[(first + y) * n + column] if inside_b else 0.0
        t.syncthreads()
        for i in range(tile):
            total = total + tile_a[y * tile + i] * tile_b[i * tile + x]
        t.syncthreads()  # nobody overwrites a tile that another thread still reads
    if row < m and column < n:
        c[row * n + column] = total


def global_loads(m, n, k, tile):
    return m * k * -(-n // tile) + k * n * -(-m // tile)


def c_source():
    return C_SOURCE


def accumulate(a, b, dtype):
    left, right = a.astype(dtype), b.astype(dtype)
    total = np.zeros((a.shape[0], b.shape[1]), dtype)
    for i in range(a.shape[1]):
        total = total + np.outer(left[:, i], right[i])
    return total
