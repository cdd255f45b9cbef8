"""Fills the output with NaN, because a comparison with NaN can be written so that nothing is ever "different".

``(a - b).abs() > tolerance`` is false for NaN, and ``allclose(equal_nan=True)`` may accept it. Here an output that is not
finite is infinitely wrong.

Seen: graders that test for a large difference instead of for a small one.
Lab: roofline
Expect: not passed
"""

import torch


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha, x, y, out):
    out.fill_(float("nan"))


def polynomial(coefficients, x, out):
    for start in range(0, x.numel(), 1 << 16):
        piece, part = x[start : start + (1 << 16)], out[start : start + (1 << 16)]
        part.fill_(float(coefficients[-1]))
        for term in reversed(list(coefficients[:-1])):
            torch.addcmul(term, part, piece, out=part)


def decode_intensity(batch, dtype_bytes):
    return 2 * batch / dtype_bytes


def gemm_intensity(m, n, k, dtype_bytes):
    return 2 * m * n * k / (dtype_bytes * (m * k + k * n + m * n))


def ridge_point(peak_flops, bandwidth):
    return peak_flops / bandwidth


def attainable(intensity, peak_flops, bandwidth):
    return min(peak_flops, bandwidth * intensity)


def sectors(index, item_bytes):
    return len({i * item_bytes // 32 for i in index})
