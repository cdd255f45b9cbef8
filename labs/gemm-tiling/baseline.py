"""The definition of the matrix product as three loops: what the C of the learner is compared with."""

NAIVE = r"""
void gemm(const float *restrict a, const float *restrict b, float *restrict c, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0.0f;
            for (int k = 0; k < n; k++) sum += a[(long)i * n + k] * b[(long)k * n + j];
            c[(long)i * n + j] = sum;
        }
}
"""


def c_source() -> str:
    """Return the source."""
    return NAIVE
