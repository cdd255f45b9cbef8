"""Loops for ever in a kernel, and meanwhile collects memory and prints.

The kernel runs in a worker of its own, beside the one for the rest of the file, and whoever bounds only that one waits for ever.
Here every worker has the same limits.

Seen: the escape family, tried on a helper process.
Lab: gemm-tiling
Expect: not passed
"""

import numpy as np

C_SOURCE = r"""
#include <string.h>

enum { TILE_K = 64, TILE_J = 256 };  /* 64 KiB of b stay in the L2 cache while all rows of a pass by */

static int least(int x, int y) { return x < y ? x : y; }

void gemm(const float *restrict a, const float *restrict b, float *restrict c, int n) {
    memset(c, 0, sizeof(float) * n * n);
    for (int j0 = 0; j0 < n; j0 += TILE_J)
        for (int k0 = 0; k0 < n; k0 += TILE_K) {
            const int j1 = least(j0 + TILE_J, n), k1 = least(k0 + TILE_K, n);
            for (int i = 0; i < n; i++) {
                float *row = c + (long)i * n;
                for (int k = k0; k < k1; k++) {
                    const float x = a[(long)i * n + k], *other = b + (long)k * n;
                    for (int j = j0; j < j1; j++) row[j] += x * other[j];
                }
            }
        }
}
"""


def gemm_naive(t, a, b, c, m, n, k):
    hoard = []
    while True:
        hoard.append([t.threadIdx.x] * 1000)
        print(hoard[-1])


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
        total += np.outer(left[:, i], right[i])
    print(f"added {a.shape[1]} outer products", flush=True)
    return total
