"""The reference without C: every kernel in torch, the polynomial by Horner's scheme over pieces that stay in the cache.

Lab: roofline
Expect: only slow
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 1 << 16  # elements: a piece of x and of out, 512 KiB together, stay in the L2 cache of a core
SECTOR_BYTES = 32


def copy(x: Tensor, out: Tensor) -> None:
    """Copy ``x`` to ``out``."""
    out.copy_(x)


def gather(source: Tensor, index: Tensor, out: Tensor) -> None:
    """``out[i] = source[index[i]]`` in one pass, without an array in between."""
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha: float, x: Tensor, y: Tensor, out: Tensor) -> None:
    """``out = alpha * x + y`` in one pass."""
    torch.add(y, x, alpha=alpha, out=out)


def polynomial(coefficients: Tensor, x: Tensor, out: Tensor) -> None:
    """Horner's scheme: all terms over one piece of the array before the next piece is touched."""
    for start in range(0, x.numel(), BLOCK):
        _horner(list(coefficients), x[start : start + BLOCK], out[start : start + BLOCK])


def _horner(terms: list[Tensor], x: Tensor, out: Tensor) -> None:
    out.copy_(terms[-1].expand_as(out))
    for term in reversed(terms[:-1]):
        torch.addcmul(term, out, x, out=out)


def decode_intensity(batch: int, dtype_bytes: int) -> float:
    """One multiply-add for each weight and token; each weight is read once."""
    return 2 * batch / dtype_bytes


def gemm_intensity(m: int, n: int, k: int, dtype_bytes: int) -> float:
    """2 m n k operations on the bytes of both inputs and the output."""
    return 2 * m * n * k / (dtype_bytes * (m * k + k * n + m * n))


def ridge_point(peak_flops: float, bandwidth: float) -> float:
    """Left of it a kernel is memory-bound, right of it compute-bound."""
    return peak_flops / bandwidth


def attainable(intensity: float, peak_flops: float, bandwidth: float) -> float:
    """The lower of the two roofs."""
    return min(peak_flops, bandwidth * intensity)


def sectors(index: list[int], item_bytes: int) -> int:
    """Distinct sectors; an aligned item never lies in two."""
    return len({i * item_bytes // SECTOR_BYTES for i in index})
