"""The reference with state that it may have: a count of its calls by shape, kept and told from time to time.

Lab: kernel-speedup
Expect: passed
"""

from __future__ import annotations

import ctypes
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from torch import Tensor

Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], None]

SOURCE = """
#include <stddef.h>

void fused(const float *restrict x, const float *restrict scale, const float *restrict bias,
           const float *restrict residual, float *restrict out, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++, x += columns, residual += columns, out += columns)
        for (size_t j = 0; j < columns; j++) {
            float t = x[j] * scale[j] + bias[j] + residual[j];
            out[j] = t > 0.0f ? t : 0.0f;
        }
}
"""
# -O3 vectorises the inner loop and turns the comparison into a maximum: a branch on the sign of random numbers is
# mispredicted every second time.
COMPILE = ["gcc", "-O3", "-march=native", "-shared", "-fPIC"]


def build(workdir: str, device: str) -> Kernel:
    """Compile into ``workdir`` and return the kernel."""
    source, library = Path(workdir) / "fused.c", Path(workdir) / "fused.so"
    source.write_text(SOURCE)
    subprocess.run([*COMPILE, str(source), "-o", str(library)], check=True)
    fused = ctypes.CDLL(str(library)).fused
    fused.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_size_t] * 2
    fused.restype = None
    calls: Counter[tuple[int, ...]] = Counter()

    def kernel(x: Tensor, scale: Tensor, bias: Tensor, residual: Tensor, out: Tensor) -> None:
        calls[tuple(x.shape)] += 1
        fused(*(each.data_ptr() for each in (x, scale, bias, residual, out)), *x.shape)

    return kernel


def traffic(rows: int, columns: int) -> tuple[int, int]:
    """Bytes of four in-place float32 kernels (x*scale, +bias, +residual, relu), and of one fused kernel."""
    array, vector = 4 * rows * columns, 4 * columns
    eager = (2 * array + vector) + (2 * array + vector) + 3 * array + 2 * array
    return eager, 3 * array + 2 * vector
