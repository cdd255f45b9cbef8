"""Calls a function for every product: the blocks are there, the reuse is not."""

import numpy as np

C_SOURCE = r"""
#include <string.h>

static __attribute__((noinline)) void add_tile(const float *a, const float *b, float *c, int n, int size) {
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            for (int k = 0; k < size; k++) c[i * n + j] += a[i * n + k] * b[k * n + j];
}

void gemm(const float *a, const float *b, float *c, int n) {
    enum { TILE = 1 };
    memset(c, 0, sizeof(float) * n * n);
    for (int i = 0; i < n; i += TILE)
        for (int j = 0; j < n; j += TILE)
            for (int k = 0; k < n; k += TILE) add_tile(a + i * n + k, b + k * n + j, c + i * n + j, n, TILE);
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
