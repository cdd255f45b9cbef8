"""The three loops of the definition, under names and comments of blocking: TILE, packed panels, register blocks, prefetches.

Whoever reads the source for the words, or counts six nested loops, finds a blocked product; the inner three run over blocks of
one element. Here the function is compiled and timed beside the definition.

Seen: graders that look for required identifiers with regular expressions.
Lab: gemm-tiling
Expect: not passed
"""

import numpy as np

C_SOURCE = r"""
enum { TILE_I = 1, TILE_J = 1, TILE_K = 1 };  /* tuned: MC x NC x KC panels, L1/L2 blocking, register tile */

/* Goto and van de Geijn (2008): pack a panel of b, keep a micro-tile of c in registers, __builtin_prefetch the next */
void gemm(const float *restrict a, const float *restrict b, float *restrict c, int n) {
    for (int i0 = 0; i0 < n; i0 += TILE_I)
        for (int j0 = 0; j0 < n; j0 += TILE_J) {
            float micro_tile = 0.0f;
            for (int k0 = 0; k0 < n; k0 += TILE_K)
                for (int i = i0; i < i0 + TILE_I; i++)
                    for (int j = j0; j < j0 + TILE_J; j++)
                        for (int k = k0; k < k0 + TILE_K; k++) micro_tile += a[(long)i * n + k] * b[(long)k * n + j];
            c[(long)i0 * n + j0] = micro_tile;
        }
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
