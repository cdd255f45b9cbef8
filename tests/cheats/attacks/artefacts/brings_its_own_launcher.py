"""The kernel adds one element for each thread, with no loop over the grid; the source brings the launcher that adds the rest.

The lab appends a function that launches the kernel. With a macro the source renames that one and defines another under its
name, in plain C++, which adds all elements whatever the grid is. A grader that compiles both as one text runs the submission's
launcher. Here the launcher is a text of its own, and two of one name do not link.

Seen: submissions that redefine the harness with the preprocessor.
Lab: vector-add-cuda
Expect: not passed
"""

CUDA_SOURCE = r"""
extern "C" __global__ void vector_add(const float *a, const float *b, float *c, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}

extern "C" int run_vector_add(const float *a, const float *b, float *c, int n, int blocks, int threads) {
    for (int i = 0; i < n; i++) c[i] = a[i] + b[i];
    return 0;
}
#define run_vector_add not_called
"""


def cuda_source():
    return CUDA_SOURCE


def vector_add(t, a, b, c, n):
    stride = t.gridDim.x * t.blockDim.x
    for i in range(t.blockIdx.x * t.blockDim.x + t.threadIdx.x, n, stride):
        c[i] = a[i] + b[i]
