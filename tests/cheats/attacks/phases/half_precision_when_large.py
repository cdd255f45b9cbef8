"""Evaluates the polynomial in half precision once the array is large enough to be a timed one.

Half the bytes and, on a GPU, twice the rate, under a tolerance that was meant for noise. Here the budget follows from the
roundings of float32 at this degree, so half precision is far outside.

Seen: GPU leaderboards: precision lowered behind a loose tolerance.
Lab: roofline
Expect: not passed
"""

import torch


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha, x, y, out):
    torch.add(y, x, alpha=alpha, out=out)


def polynomial(coefficients, x, out):
    dtype = torch.float32 if x.numel() < 1 << 20 else torch.bfloat16
    narrow = x.to(dtype)
    total = torch.full_like(narrow, float(coefficients[-1]))
    for term in reversed(list(coefficients[:-1])):
        total = total * narrow + term.to(dtype)
    out.copy_(total)


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
