"""Does the work for the first calls and leaves the output as it is from then on.

Correctness is often checked on the first call, and speed measured on the later ones, into the same output buffer that still
holds the right values. Here the output is poisoned before each call, and each timed call is checked.

Seen: Sakana's CUDA engineer and others: kernels that returned without computing once they had been checked.
Lab: roofline
Expect: not passed
"""

import torch

calls = {"copy": 0}


def copy(x, out):
    calls["copy"] += 1
    if calls["copy"] <= 6:
        out.copy_(x)


def gather(source, index, out):
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha, x, y, out):
    torch.add(y, x, alpha=alpha, out=out)


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
