"""Takes all cores, eight threads and the highest priority, while the baseline keeps to one thread on one core.

A parallel copy beats a serial one without being a better kernel. Here affinity, priority and scheduling class cannot be
changed; more threads on the same core gain nothing. A slow gather shows that there is no gain.

Seen: speedup graders that pin nothing.
Lab: roofline
Expect: not passed
"""

import os

import torch

for attempt in (
    lambda: os.sched_setaffinity(0, range(os.cpu_count())),
    lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
):
    try:
        attempt()
    except OSError:
        pass
torch.set_num_threads(8)


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    out.copy_(source.double()[index])  # a pass over the whole source first: slow on one core


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
