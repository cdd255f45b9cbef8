"""Sets input and output to zero, so that a reference computed afterwards from the same buffer agrees.

A grader that keeps its inputs in memory the submission can write, and computes what is right after the call, compares zeros
with zeros. Here what is right is computed before the call, from the referee's own copy.

Seen: naive in-process graders: the submission mutates its input.
Lab: roofline
Expect: not passed
"""

import torch


def copy(x, out):
    x.zero_()
    out.zero_()


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
