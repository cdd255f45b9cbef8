"""Writes the expected value of the result everywhere: with inputs around zero that is within many a loose absolute tolerance.

Inputs drawn from a narrow distribution make a constant look right under atol. Here inputs come at several scales, and the
budget scales with them.

Seen: KernelBench tasks whose outputs concentrate around a constant.
Lab: roofline
Expect: not passed
"""

import torch


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha, x, y, out):
    out.fill_(alpha * float(x.mean()) + float(y.mean()))


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
