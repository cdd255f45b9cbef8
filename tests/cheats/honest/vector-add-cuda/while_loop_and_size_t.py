"""The twin as a while loop with a helper, and the source with size_t, comments in the way and a macro of its own.

Lab: vector-add-cuda
Expect: passed
"""

CUDA_SOURCE = r"""
#define THREADS ((size_t)gridDim.x * blockDim.x) /* of the grid */
// __syncthreads() is not needed here
extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n) {
    size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
    while (i < (size_t)n) {
        c[i] = __ldg(a + i) + __ldg(b + i);
        i += THREADS;
    }
}
"""
DIMENSIONS = ["x"]
print(f"{len(CUDA_SOURCE)} characters")


def cuda_source():
    return CUDA_SOURCE


def first_index(t):
    """Index of the thread in the grid."""
    return t.blockIdx.x * t.blockDim.x + t.threadIdx.x


def vector_add(t, a, b, c, n):
    i: int = first_index(t)
    while i < n:
        c[i] = a[i] + b[i]
        i += t.gridDim.x * t.blockDim.x


if __name__ == "__main__":
    for i in range(3):
        print(i, vector_add.__name__)
