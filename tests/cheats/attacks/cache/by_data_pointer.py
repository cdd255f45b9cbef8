"""Remembers the result by the address of its input and hands it out again when the same address comes back.

Benchmarks call a function on the same buffers again and again; the second call then costs nothing. Here the values at the
same address are new for every call.

Seen: KernelBench and GPU leaderboards (results cached by data_ptr).
Lab: roofline
Expect: not passed
"""

import torch

remembered = {}


def copy(x, out):
    key = (x.data_ptr(), x.numel())
    if key not in remembered:
        remembered[key] = x.clone()
    out.copy_(remembered[key])


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
