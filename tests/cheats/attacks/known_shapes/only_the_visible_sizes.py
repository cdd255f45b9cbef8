"""Is right for the sizes of the starter's examples (powers of two and round numbers) and drops the tail of all others.

Kernels without a bounds check pass when every tested size is a multiple of the block. Here sizes are odd and random.

Seen: KernelBench and course labs: kernels that special-case the visible sizes.
Lab: roofline
Expect: not passed
"""

import torch

BLOCK = 256


def copy(x, out):
    out.copy_(x)


def gather(source, index, out):
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha, x, y, out):
    n = x.numel() // BLOCK * BLOCK if x.numel() > BLOCK else x.numel()
    torch.add(y[:n], x[:n], alpha=alpha, out=out[:n])


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
