"""Starts the copy in a thread and returns at once: the clock stops, the bytes move later.

The reply is out before the work is done. A grader that compares some milliseconds later finds the right output. Here the
worker stands still from its reply on, and the output is read as it was then: poison.

Seen: kernel leaderboards, where work was put on another stream or thread (late work).
Lab: roofline
Expect: not passed
"""

import threading

import torch


def copy(x, out):
    threading.Thread(target=out.copy_, args=(x,)).start()


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
