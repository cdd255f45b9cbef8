"""The referee's own prefill without a cache: the denominator that the learner's code cannot touch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import TinyGPT


def prefill(model: TinyGPT, tokens: Tensor) -> Tensor:
    """Run all ``tokens`` (T,) and return the logits of the last one, (V,)."""
    x = model.embed(tokens[None], torch.arange(len(tokens), device=tokens.device))
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[0, 0]
