"""The referee's own full causal attention: what a window is compared with."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def full(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention over all positions, (b, H, T, D); torch's fused kernel, no T x T matrix in memory."""
    return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
