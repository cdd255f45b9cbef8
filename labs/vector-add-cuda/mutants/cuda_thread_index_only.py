"""The CUDA kernel forgets the block."""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add(const float *__restrict__ a, const float *__restrict__ b,
                                      float *__restrict__ c, int n) {
    const int stride = gridDim.x * blockDim.x;
    for (int i = threadIdx.x; i < n; i += stride) c[i] = a[i] + b[i];
}
"""


def cuda_source():
    return CUDA_SOURCE


def vector_add(t, a, b, c, n):
    stride = t.gridDim.x * t.blockDim.x
    for i in range(t.blockIdx.x * t.blockDim.x + t.threadIdx.x, n, stride):
        c[i] = a[i] + b[i]
