"""The referee's own copy, gather and saxpy: the denominators that the learner's code cannot touch."""

from __future__ import annotations

import torch
from torch import Tensor


def copy(x: Tensor, out: Tensor) -> None:
    """Copy ``x`` (n,) to ``out`` (n,)."""
    out.copy_(x)


def gather(source: Tensor, index: Tensor, out: Tensor) -> None:
    """``out[i] = source[index[i]]``."""
    torch.index_select(source, 0, index, out=out)


def saxpy(alpha: float, x: Tensor, y: Tensor, out: Tensor) -> None:
    """``out = alpha * x + y``."""
    torch.add(y, x, alpha=alpha, out=out)
