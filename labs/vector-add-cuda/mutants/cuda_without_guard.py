"""The CUDA kernel adds without asking whether its element exists."""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add(const float *__restrict__ a, const float *__restrict__ b,
                                      float *__restrict__ c, int n) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    do {
        c[i] = a[i] + b[i];
        i += stride;
    } while (i < n);
}
"""


def cuda_source():
    return CUDA_SOURCE


def vector_add(t, a, b, c, n):
    stride = t.gridDim.x * t.blockDim.x
    for i in range(t.blockIdx.x * t.blockDim.x + t.threadIdx.x, n, stride):
        c[i] = a[i] + b[i]
