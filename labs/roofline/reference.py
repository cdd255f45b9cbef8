"""Kernels that move every byte once, and the formulas that say what that buys."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 1 << 16  # elements: a piece of x and of out, 512 KiB together, stay in the L2 cache of a core
STEPS = 16  # terms that a GPU kernel runs in registers before it writes the values back
SECTOR_BYTES = 32
SOURCE = r"""
#define LANES 64  /* floats: the running values of so many elements stay in registers */

void polynomial(const float *c, long degree, const float *x, float *out, long n)
{
    long start = 0;
    for (; start + LANES <= n; start += LANES) {
        float t[LANES];
        for (long i = 0; i < LANES; i++) t[i] = c[degree];
        for (long k = degree - 1; k >= 0; k--)
            for (long i = 0; i < LANES; i++) t[i] = t[i] * x[start + i] + c[k];
        for (long i = 0; i < LANES; i++) out[start + i] = t[i];
    }
    for (; start < n; start++) {
        float t = c[degree];
        for (long k = degree - 1; k >= 0; k--) t = t * x[start] + c[k];
        out[start] = t;
    }
}
"""


def _compile() -> Callable[..., None] | None:
    """The polynomial as one C loop, or None on a machine without a compiler."""
    if shutil.which("gcc") is None:
        return None
    source, library = Path("polynomial.c").resolve(), Path("polynomial.so").resolve()
    source.write_text(SOURCE, encoding="utf-8")
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library], check=True)
    function = ctypes.CDLL(str(library)).polynomial
    address = ctypes.c_void_p
    function.argtypes = [address, ctypes.c_long, address, address, ctypes.c_long]
    function.restype = None
    return function


_in_registers = _compile()


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
    if x.is_cuda:
        _fused(coefficients, x, out)
    elif _in_registers is not None:
        _in_registers(coefficients.data_ptr(), coefficients.numel() - 1, x.data_ptr(), out.data_ptr(), x.numel())
    else:
        for start in range(0, x.numel(), BLOCK):
            _horner(list(coefficients), x[start : start + BLOCK], out[start : start + BLOCK])


def _horner(terms: list[Tensor], x: Tensor, out: Tensor) -> None:
    out.copy_(terms[-1].expand_as(out))
    for term in reversed(terms[:-1]):
        torch.addcmul(term, out, x, out=out)


def _fused(coefficients: Tensor, x: Tensor, out: Tensor) -> None:
    """STEPS terms in each pass; leading zeros change nothing, and one compiled function serves every degree."""
    padded = functional.pad(coefficients, (0, -coefficients.numel() % STEPS))
    out.zero_()
    for terms in reversed(padded.split(STEPS)):
        _compiled()(terms, x, out)


@cache
def _compiled() -> Callable[..., None]:
    return torch.compile(_steps, dynamic=True)


def _steps(terms: Tensor, x: Tensor, out: Tensor) -> None:
    total = out
    for k in reversed(range(STEPS)):
        total = total * x + terms[k]
    out.copy_(total)


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
