"""Write one kernel for out = relu(x * scale + bias + residual), in the language of your choice.

This file runs and its outputs are right, but it computes one operator after the other, as eager torch does.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], None]


def build(workdir: str, device: str) -> Kernel:
    """Compile the kernel and return a function that launches it. This may take long and is not timed.

    Args:
        workdir: an empty folder that you may write to; gcc and, where it is installed, nvcc are on PATH.
        device: "cpu" or "cuda:0".

    Returns:
        ``kernel(x, scale, bias, residual, out)``. All are contiguous float32 tensors on ``device``: x, residual and out
        (R, C), scale and bias (C,). It writes every element of ``out``, changes nothing else, and is done (or, on a GPU,
        enqueued on the current stream) when it returns. R and C are 1 or more, and may change from call to call. The
        arrays do not overlap. They start at any multiple of 4 bytes. The values are finite, and so is the right answer.

    Write this: for C, put the source into ``workdir``, compile it there into a shared library (gcc -shared -fPIC), load
    it with ``ctypes.CDLL``, and pass ``tensor.data_ptr()`` as ``ctypes.c_void_p``.
    """

    def kernel(x: Tensor, scale: Tensor, bias: Tensor, residual: Tensor, out: Tensor) -> None:
        out.copy_(torch.relu(x * scale + bias + residual))

    return kernel


def traffic(rows: int, columns: int) -> tuple[int, int]:
    """Return the bytes that float32 arrays of this shape move: (by four eager kernels, by one fused kernel).

    Write this. The four kernels are x * scale, + bias, + residual and relu. Each reads its operands from memory once (an
    array of rows x columns, a vector of columns) and writes one array. The fused kernel reads every input once and
    writes out once. Nothing stays in a cache from one kernel to the next.
    """
    return 0, 0
