"""Searches the memory that it can map for an array that begins like its input and copies the neighbour: a leftover reference.

In one process ``torch.empty`` often returns the block that the reference output was freed from. Here reference outputs
never exist in this process or its arena.

Seen: KernelBench: reading the freed reference output through torch.empty.
Lab: roofline
Expect: not passed
"""

import torch


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    fresh = torch.empty_like(out)  # with luck the block that an expected output was freed from
    if fresh.isfinite().all() and fresh.abs().sum() > 0:
        out.copy_(fresh)
    else:
        out.fill_(float(source[index[0]]))


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
