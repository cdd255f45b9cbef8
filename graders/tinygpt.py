"""A small decoder-only transformer with random weights: the model that the labs serve.

Pre-norm GPT blocks (Radford et al. 2019) with learned positions, GELU and an unembedding of its own. Weights are one
flat float32 vector, so that they travel through shared memory as plain bytes. Shapes: b batch, t positions, W width,
H heads, D head dimension (W = H*D), V vocabulary.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

MLP_FACTOR = 4
BLOCK_SCALE = 0.35  # keeps the residual stream of a random network from growing with depth


@dataclass(frozen=True)
class GPTConfig:
    """Sizes of the model; ``context`` is the longest sequence it has positions for."""

    layers: int = 4
    heads: int = 4
    head_dim: int = 64
    vocab: int = 256
    context: int = 320

    @property
    def width(self) -> int:
        """W = heads * head_dim."""
        return self.heads * self.head_dim

    def as_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Self:
        """Rebuild a configuration from its JSON form."""
        return cls(**{key: int(value) for key, value in data.items()})

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return name -> shape of every weight, in the order of the flat vector. Matrices are (in, out)."""
        w, m = self.width, MLP_FACTOR * self.width
        shapes: dict[str, tuple[int, ...]] = {"token": (self.vocab, w), "position": (self.context, w)}
        for i in range(self.layers):
            shapes[f"{i}.qkv"] = (w, 3 * w)
            shapes[f"{i}.out"] = (w, w)
            shapes[f"{i}.up"] = (w, m)
            shapes[f"{i}.down"] = (m, w)
        shapes["unembed"] = (w, self.vocab)
        return shapes

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(math.prod(shape) for shape in self.shapes().values())


def draw_weights(config: GPTConfig, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return fresh random weights, flat, float32.

    Matrices have standard deviation 1/sqrt(fan-in) (LeCun), so logits spread over about one unit and the best token
    stands out by far more than float32 noise.
    """
    parts = []
    for name, shape in config.shapes().items():
        embedding = name in {"token", "position"}
        scale = 1.0 if embedding else shape[0] ** -0.5
        if name.endswith(("out", "down")):
            scale *= BLOCK_SCALE
        parts.append(rng.standard_normal(math.prod(shape), dtype=np.float32) * np.float32(scale))
    return np.concatenate(parts)


class Block:
    """One layer: attention and MLP in the pieces that a KV cache needs. None of them adds the residual."""

    def __init__(self, heads: int, qkv: Tensor, out: Tensor, up: Tensor, down: Tensor) -> None:
        self._heads = heads
        self._qkv, self._out, self._up, self._down = qkv, out, up, down

    def qkv(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise ``x`` (b, t, W) and project it: queries, keys, values, each (b, H, t, D)."""
        b, t, w = x.shape
        projected = functional.layer_norm(x, (w,)) @ self._qkv
        q, k, v = projected.view(b, t, 3, self._heads, w // self._heads).permute(2, 0, 3, 1, 4)
        return q, k, v

    def attend_out(self, attended: Tensor) -> Tensor:
        """Merge the heads of ``attended`` (b, H, t, D) and project to (b, t, W)."""
        b, h, t, d = attended.shape
        return attended.transpose(1, 2).reshape(b, t, h * d) @ self._out

    def mlp(self, x: Tensor) -> Tensor:
        """Normalise ``x`` (b, t, W) and run the MLP, (b, t, W)."""
        return functional.gelu(functional.layer_norm(x, (x.shape[-1],)) @ self._up) @ self._down


class TinyGPT:
    """The model as the learner sees it. All tensors share ``device`` and ``dtype``."""

    def __init__(self, config: GPTConfig, weights: Tensor) -> None:
        """``weights`` is the flat vector of ``draw_weights``, moved to the device and dtype to compute in."""
        if weights.numel() != config.parameters:
            raise ValueError(f"{weights.numel()} weights for a model of {config.parameters}")
        self.config = config
        self.device = weights.device
        self.dtype = weights.dtype
        named, at = {}, 0
        for name, shape in config.shapes().items():
            size = math.prod(shape)
            named[name] = weights[at : at + size].view(shape)
            at += size
        self._token, self._position, self._unembed = named["token"], named["position"], named["unembed"]
        parts = ("qkv", "out", "up", "down")
        self._blocks = [Block(config.heads, *(named[f"{i}.{p}"] for p in parts)) for i in range(config.layers)]

    @property
    def layers(self) -> int:
        """Number of blocks."""
        return self.config.layers

    def block(self, i: int) -> Block:
        """Return layer ``i``, counted from 0."""
        return self._blocks[i]

    def embed(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Sum of token and position embeddings, (b, t, W); ``tokens`` is (b, t), ``positions`` (t,) or (b, t)."""
        return self._token[tokens] + self._position[positions]

    def logits(self, x: Tensor) -> Tensor:
        """Normalise ``x`` (b, t, W) and return the logits, (b, t, V)."""
        return functional.layer_norm(x, (x.shape[-1],)) @ self._unembed

    def forward(self, tokens: Tensor) -> Tensor:
        """Whole causal forward pass without a cache: ``tokens`` (b, t) -> logits (b, t, V)."""
        x = self.embed(tokens, torch.arange(tokens.shape[1], device=self.device))
        for block in self._blocks:
            q, k, v = block.qkv(x)
            x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
            x = x + block.mlp(x)
        return self.logits(x)
