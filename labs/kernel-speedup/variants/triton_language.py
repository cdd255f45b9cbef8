"""The same operator in the Triton language. For --device cuda:0; on a CPU Triton can only interpret it, slowly."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from torch import Tensor

Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], None]

COLUMNS = 1024  # of a program's block, a power of two
ROWS = 8


def build(workdir: str, device: str) -> Kernel:
    """Define the kernel; Triton compiles it in the first call for each kind of argument."""
    os.environ["TRITON_CACHE_DIR"] = workdir
    if device == "cpu":
        os.environ["TRITON_INTERPRET"] = "1"  # before triton is imported
    import triton
    import triton.language as tl

    @triton.jit
    def fused(
        x, scale, bias, residual, out, rows, columns, block_rows: tl.constexpr, block_columns: tl.constexpr
    ):  # fmt: skip
        i = tl.program_id(1) * block_rows + tl.arange(0, block_rows)
        j = tl.program_id(0) * block_columns + tl.arange(0, block_columns)
        inside = (i < rows)[:, None] & (j < columns)[None, :]
        at = i.to(tl.int64)[:, None] * columns + j[None, :]
        s = tl.load(scale + j, mask=j < columns, other=0.0)[None, :]
        b = tl.load(bias + j, mask=j < columns, other=0.0)[None, :]
        t = tl.load(x + at, mask=inside, other=0.0) * s + b + tl.load(residual + at, mask=inside, other=0.0)
        tl.store(out + at, tl.maximum(t, 0.0), mask=inside)

    def kernel(x: Tensor, scale: Tensor, bias: Tensor, residual: Tensor, out: Tensor) -> None:
        rows, columns = x.shape
        grid: Any = (triton.cdiv(columns, COLUMNS), triton.cdiv(rows, ROWS))
        fused[grid](x, scale, bias, residual, out, rows, columns, block_rows=ROWS, block_columns=COLUMNS)

    return kernel


def traffic(rows: int, columns: int) -> tuple[int, int]:
    """Bytes of four float32 kernels (x*scale, +bias, +residual, relu), and of one fused kernel."""
    array, vector = 4 * rows * columns, 4 * columns
    eager = (2 * array + vector) + (2 * array + vector) + 3 * array + 2 * array
    return eager, 3 * array + 2 * vector
