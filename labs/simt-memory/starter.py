"""Write four kernels and three rules about warps: what a memory access and a branch cost.

A kernel is a Python function that is called once for every thread. Its first argument ``t`` is the thread, with CUDA's names:
``t.threadIdx.x``, ``t.blockIdx.y``, ``t.blockDim.x``, ``t.gridDim.x``; ``t.shared(n)`` is the block's next shared array of
n floats, ``t.syncthreads()`` the block's barrier. All arrays are flat float32: ``a[i]`` is a load, ``c[i] = v`` a store.
What a load gives is a register: add, subtract, multiply, divide and store it. Its value is not known here, so branches and
indices depend on thread indices and sizes only. Kernels use functions and constants of this file, and the module math.

Every rows x cols matrix is row-major. Sizes need not be multiples of anything: guard the edges.
This file runs, but it does not pass.
"""


def matrix_add(t, a, b, c, rows, cols):
    """c = a + b, all rows x cols.

    Launch: blocks of (32, 8) threads, (ceil(cols / 32), ceil(rows / 8)) of them. Write this: one thread adds one element, with
    threadIdx.x along a row.
    """


def transpose(t, a, out, rows, cols):
    """out[c * rows + r] = a[r * cols + c]; ``a`` is rows x cols, ``out`` cols x rows.

    Launch: blocks of (32, 8) threads, (ceil(cols / 32), ceil(rows / 32)) of them: 4 elements for each thread. Write this:
    load a 32 x 32 tile row by row into shared memory, wait, and store it row by row of ``out``. Choose the tile's row length so
    that neither writing rows nor reading columns of it causes a bank conflict. All threads must reach the barrier.
    """


def aos_to_soa(t, points, x, y, z, n):
    """x[i], y[i], z[i] = points[3 * i], points[3 * i + 1], points[3 * i + 2] for i < n.

    Launch: blocks of 256 threads, ceil(n / 256) of them. Write this: every warp loads neighbouring floats (4 sectors for each
    request, not 12), the block takes them apart in shared memory.
    """


def block_sum(t, x, out, n):
    """out[0] = x[0] + ... + x[n - 1].

    Launch: one block of 256 threads; n up to about 16,000. Write this: at least 95 % of the lanes of the instructions that are
    issued must be active, and hardly more may be issued than the sum needs. Not all threads have equally many elements.
    """


def bank_conflict_degree(stride):
    """Passes of one warp access to shared memory, when lane l of 32 reads 4-byte word l * stride (stride >= 0).

    Return an int: 1 means no conflict. Lanes that read the same word are served together.
    """
    return stride


def sectors_per_request(stride):
    """32-byte sectors that one warp load touches, when lane l of 32 reads float l * stride of an aligned array (stride >= 0).

    Return an int.
    """
    return 32


def active_lane_share(taken, then_length, else_length):
    """Active lanes over issued lanes (32 for each warp instruction) of an if/else in one block.

    ``taken`` (list of bool): whether thread i takes the branch; its length need not be a multiple of 32. One side issues
    ``then_length`` instructions, the other ``else_length`` (either may be 0, not both), for each warp of which at least one
    thread goes there. Return a float in (0, 1].
    """
    return 1.0
