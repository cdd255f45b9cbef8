"""Forks processes that burn the core all the time except when its own calls run, to slow the baseline; its gather is slow.

Children are not the worker, so stopping or timing the worker alone does not touch them. Here the whole process group stops,
and leaving the group is refused.

Seen: speedup graders whose baseline runs beside the submission's process.
Lab: roofline
Expect: not passed
"""

import os
import signal

import torch

children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
        except OSError:
            pass
        while True:
            sum(range(10000))
    children.append(child)


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    for child in children:
        os.kill(child, signal.SIGSTOP)
    for start in range(0, index.numel(), 256):
        torch.index_select(source, 0, index[start : start + 256], out=out[start : start + 256])
    for child in children:
        os.kill(child, signal.SIGCONT)


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
