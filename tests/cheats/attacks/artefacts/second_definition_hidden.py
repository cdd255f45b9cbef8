"""Two kernels in one source: a right one under another name for whoever reads it, and the one that is launched, without a guard.

A grader that parses the first kernel it finds, or greps for the bounds check, sees the right one. Here the symbol that the
lab asks for is what runs.

Seen: submissions that carry a decoy kernel.
Lab: vector-add-cuda
Expect: not passed
"""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add_checked(const float *__restrict__ a, const float *__restrict__ b,
                                      float *__restrict__ c, int n) {
    // 64-bit: i + stride may pass 2^31 in the last step although n does not.
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
        c[i] = a[i] + b[i];
    }
}

extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n) {
    long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    c[i] = a[i] + b[i];
}
"""


def cuda_source():
    return CUDA_SOURCE


def vector_add(t, a, b, c, n):
    stride = t.gridDim.x * t.blockDim.x
    for i in range(t.blockIdx.x * t.blockDim.x + t.threadIdx.x, n, stride):
        c[i] = a[i] + b[i]
