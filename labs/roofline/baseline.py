"""The referee's own kernels: the denominators that the learner's code cannot touch."""

from __future__ import annotations

import torch
from torch import Tensor


def copy(x: Tensor, out: Tensor) -> None:
    """Copy ``x`` (n,) to ``out`` (n,)."""
    out.copy_(x)


def gather(source: Tensor, index: Tensor, out: Tensor) -> None:
    """``out[i] = source[index[i]]``."""
    torch.index_select(source, 0, index, out=out)


def polynomial(coefficients: Tensor, x: Tensor, out: Tensor) -> None:
    """Horner's scheme with one pass over the whole array for each term: every step is as memory-bound as saxpy."""
    out.copy_(coefficients[-1].expand_as(out))
    for term in reversed(list(coefficients[:-1])):
        torch.addcmul(term, out, x, out=out)
