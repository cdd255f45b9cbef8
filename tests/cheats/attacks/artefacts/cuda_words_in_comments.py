"""A source whose comments hold everything that a reader would look for, and whose kernel handles one block only.

``blockIdx``, ``gridDim``, the bounds check and the grid-stride loop all occur, in comments. A grader with regular expressions
is satisfied. Here the source is compiled and run on every grid.

Seen: graders that look for required identifiers with regular expressions.
Lab: vector-add-cuda
Expect: not passed
"""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add(const float *__restrict__ a, const float *__restrict__ b,
                                      float *__restrict__ c, int n) {
    // 64-bit: i + stride may pass 2^31 in the last step although n does not.
    // const long long stride = (long long)gridDim.x * blockDim.x;
    // for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)
    // if (i < n) coalesced: c[i] = a[i] + b[i];
    int i = threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}
"""


def cuda_source():
    return CUDA_SOURCE


def vector_add(t, a, b, c, n):
    stride = t.gridDim.x * t.blockDim.x
    for i in range(t.blockIdx.x * t.blockDim.x + t.threadIdx.x, n, stride):
        c[i] = a[i] + b[i]
