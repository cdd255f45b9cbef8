"""The same operator through torch.compile: inductor writes the fused loop (C++ on a CPU, Triton on a GPU)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch._inductor import config as inductor

Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], None]


def build(workdir: str, device: str) -> Kernel:
    """Compile for shapes that are not known yet; the first calls compile, later ones run."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(Path(workdir) / "inductor")
    os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # in this process, without a pool of helpers
    inductor.cpp_cache_precompile_headers = False  # such a header is larger than a worker may write a file

    @torch.compile(dynamic=True)
    def fused(x: Tensor, scale: Tensor, bias: Tensor, residual: Tensor, out: Tensor) -> None:
        out.copy_(torch.relu(x * scale + bias + residual))

    for rows, columns in ((5, 7), (1, 7), (5, 1), (1, 1)):  # sizes of 1 are compiled on their own
        x, out = torch.zeros(rows, columns, device=device), torch.empty(rows, columns, device=device)
        fused(x, torch.zeros(columns, device=device), torch.zeros(columns, device=device), x.clone(), out)
    return fused


def traffic(rows: int, columns: int) -> tuple[int, int]:
    """Bytes of four float32 kernels (x*scale, +bias, +residual, relu), and of one fused kernel."""
    array, vector = 4 * rows * columns, 4 * columns
    eager = (2 * array + vector) + (2 * array + vector) + 3 * array + 2 * array
    return eager, 3 * array + 2 * vector
