"""The referee's own kernel, for the comparison of times on a GPU."""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add(const float *__restrict__ a, const float *__restrict__ b,
                                      float *__restrict__ c, int n) {
    // 64-bit: i + stride may pass 2^31 in the last step although n does not.
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
        c[i] = a[i] + b[i];
    }
}
"""


def cuda_source() -> str:
    """Return the source."""
    return CUDA_SOURCE
