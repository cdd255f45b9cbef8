"""Write matrix multiplication three ways: as GPU kernels whose loads are counted, as blocked C, and in half precision.

A kernel is a Python function that is called once for every thread ``t``: ``t.threadIdx.x``, ``t.blockIdx.y``, ``t.blockDim.x``;
``t.shared(n)`` is the block's next shared array of n floats, ``t.syncthreads()`` the block's barrier. Arrays are flat float32:
``a[i]`` is a load, ``c[i] = v`` a store. What a load gives is a register whose value is not known here: add it, multiply it,
store it, but branch and index on thread indices and sizes only.

All matrices are row-major: a is m x k, b is k x n, c is m x n. Sizes need not be multiples of anything.
This file runs, but it does not pass.
"""

import numpy as np


def gemm_naive(t, a, b, c, m, n, k):
    """c = a @ b, one output for each thread, everything read from global memory.

    Launch: blocks of (16, 16) threads, (ceil(n / 16), ceil(m / 16)) of them.
    """


def gemm_tiled(t, a, b, c, m, n, k):
    """c = a @ b with tiles of a and b in shared memory.

    Launch: blocks of (T, T) threads, T = t.blockDim.x is 8 or 16, (ceil(n / T), ceil(m / T)) of them. Write this: walk along k
    in steps of T. In each step every thread loads one element of a and one of b, neighbouring threads neighbouring elements, and
    0.0 where there is none; the block waits, multiplies the two tiles, and waits again.
    """


def global_loads(m, n, k, tile):
    """Elements of a and b that all threads together load from global memory, when tiles are ``tile`` x ``tile``.

    Return an int. Only elements that exist are loaded; sizes need not be multiples of the tile; tile 1 is the naive kernel.
    """
    return 0


def c_source():
    """C source that defines ``void gemm(const float *a, const float *b, float *c, int n)``: c = a @ b, n x n, row-major.

    Return a str. It is compiled with ``gcc -O3 -march=native -shared -fPIC`` and called with one thread. ``c`` holds NaN before
    the call. Write this: at n of about 400 at least 1.3 times as fast as the three loops of the definition below.
    """
    return r"""
void gemm(const float *a, const float *b, float *c, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0.0f;
            for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}
"""


def accumulate(a, b, dtype):
    """a @ b with products and sums rounded to ``dtype`` (np.float16 or np.float32); a (m, k) and b (k, n) are float32 arrays.

    Return an (m, n) array of that dtype. Write this: convert a and b to ``dtype``; start from zeros; for i = 0, 1, ..., k - 1 add
    the outer product of column i of a and row i of b. Every product and every sum is rounded to ``dtype``.
    """
    return np.zeros((a.shape[0], b.shape[1]), dtype)
