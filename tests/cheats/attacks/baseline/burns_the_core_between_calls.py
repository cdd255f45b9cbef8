"""Keeps threads busy while the baseline is measured, so that the baseline is slow and the ratio looks good; its own gather is slow.

Both run on one core; whoever is not being timed can still burn it. Here everything of the solution stands still between two
of its calls.

Seen: speedup graders whose baseline runs beside the submission's process.
Lab: roofline
Expect: not passed
"""

import threading

import torch

timed = threading.Event()


def burn():
    a = torch.ones(256, 256)
    while True:
        if not timed.is_set():
            a @ a


for _ in range(3):
    threading.Thread(target=burn, daemon=True).start()


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    timed.set()
    for start in range(0, index.numel(), 256):
        torch.index_select(source, 0, index[start : start + 256], out=out[start : start + 256])
    timed.clear()


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
