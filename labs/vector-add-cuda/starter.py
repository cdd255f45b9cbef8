"""Write vector addition twice: as a CUDA C++ kernel, and as its twin for a machine that counts what each access costs.

The twin is a Python function that is called once for every thread ``t``, with CUDA's names: ``t.threadIdx.x``, ``t.blockIdx.x``,
``t.blockDim.x``, ``t.gridDim.x``. ``a[i]`` is a load, ``c[i] = v`` a store; what a load gives is a register whose value is not
known here.

Both are launched with many grids: one thread for each element, far more threads than elements, and far fewer. The result must
be the same. n is any number from 0 on.
This file runs, but it does not pass.
"""


def cuda_source():
    """Return CUDA C++ source (str) that defines

        extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n)

    which writes c[i] = a[i] + b[i] for 0 <= i < n and touches nothing else. The launch is one-dimensional. Write this: a loop that
    starts at the thread's index in the grid and steps by the number of threads of the grid.
    """
    return r"""
extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n) {
}
"""


def vector_add(t, a, b, c, n):
    """The same for the machine: every element once, neighbouring threads neighbouring elements."""
