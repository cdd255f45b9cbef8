"""The block on a single rank in float64, with a bound on what float32 arithmetic may differ by in any order of sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Weights = dict[str, Array]
UNIT = 2.0**-24  # unit roundoff of float32
GELU_SLOPE = 1.13  # the largest slope of GELU
GELU_UNITS = 10  # roundings in its evaluation, in units of its argument
SOFTMAX_UNITS = 10
EPSILON = 1e-5
MATRICES = ("wq", "wk", "wv", "wo", "w_up", "w_down")


@dataclass(frozen=True)
class Shape:
    """Sizes of one case: ranks, tokens, width d, heads, hidden units f."""

    n: int
    tokens: int
    d: int
    heads: int
    f: int

    def __str__(self) -> str:
        return f"{self.n} ranks, {self.tokens} tokens, d {self.d}, {self.heads} heads, f {self.f}"

    @property
    def weights(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight by name."""
        d, f = self.d, self.f
        square = dict.fromkeys(("wq", "wk", "wv", "wo"), (d, d))
        biases = dict.fromkeys(("bq", "bk", "bv", "bo", "b_down"), (d,))
        return {**square, "w_up": (d, f), "w_down": (f, d), **biases, "b_up": (f,)}

    @property
    def matrix_bytes(self) -> int:
        """Bytes of the six matrices in float32."""
        return 4 * (4 * self.d * self.d + 2 * self.d * self.f)


def draw_weights(shape: Shape, rng: np.random.Generator, *, matrices: float = 1.0) -> Weights:
    """Normal values, matrices scaled by ``matrices`` / sqrt(rows), biases of order 1; float32."""
    found = {}
    for name, size in shape.weights.items():
        scale = matrices / np.sqrt(size[0]) if len(size) == 2 else 1.0
        found[name] = (scale * rng.standard_normal(size)).astype(np.float32)
    return found


@dataclass(frozen=True)
class Bounded:
    """A float64 value and the largest error that float32 may have made on the way to it."""

    value: Array
    error: Array

    @classmethod
    def exact(cls, value: Array) -> Bounded:
        """A value that is given."""
        wide = value.astype(np.float64)
        return cls(wide, np.zeros_like(wide))

    def at_most(self, share: float) -> Bounded:
        """The same with errors of at most ``share`` of the largest value."""
        return Bounded(self.value, np.minimum(self.error, share * np.abs(self.value).max()))

    def times(self, matrix: Array) -> Bounded:
        """Product with an exact matrix: k roundings for sums of k products."""
        wide = matrix.astype(np.float64)
        size = np.abs(wide)
        error = self.error @ size + (len(wide) + 2) * UNIT * (np.abs(self.value) @ size)
        return Bounded(self.value @ wide, error)

    def plus(self, bias: Array) -> Bounded:
        """Sum with an exact bias."""
        total = self.value + bias
        return Bounded(total, self.error + UNIT * (np.abs(total) + np.abs(self.value)))


def gelu(x: Array) -> Array:
    """GELU, tanh form, in the precision of ``x``."""
    curved: Array = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return curved


def mlp(w: Weights, x: Array) -> Bounded:
    """The MLP half of ``x`` [tokens, d]."""
    before = Bounded.exact(x).times(w["w_up"]).plus(w["b_up"])
    error = GELU_SLOPE * before.error + GELU_UNITS * UNIT * np.abs(before.value)
    return Bounded(gelu(before.value), error).times(w["w_down"]).plus(w["b_down"])


def attention(w: Weights, x: Array, heads: int) -> Bounded:
    """The attention half of ``x`` [tokens, d], causal."""
    tokens = len(x)
    q, k, v = (_heads(Bounded.exact(x).times(w[f"w{name}"]).plus(w[f"b{name}"]), heads) for name in "qkv")
    width = q.value.shape[-1]
    size_q, size_k = np.abs(q.value), np.abs(k.value).transpose(0, 2, 1)
    off = q.error @ size_k + size_q @ k.error.transpose(0, 2, 1) + (width + 3) * UNIT * (size_q @ size_k)
    scores = q.value @ k.value.transpose(0, 2, 1) / np.sqrt(width)
    hidden = np.triu(np.ones((tokens, tokens), bool), 1)
    scores[:, hidden] = -np.inf
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    # The exponent is rounded as well, in units of its own size.
    off = off / np.sqrt(width) + UNIT * (np.abs(np.where(hidden, 0.0, scores)).max(axis=-1, keepdims=True))
    off = np.where(hidden, 0.0, off).max(axis=-1, keepdims=True)
    error = p * (np.expm1(2 * off) + (tokens + SOFTMAX_UNITS) * UNIT)
    size_v = np.abs(v.value)
    mixed = Bounded(p @ v.value, error @ size_v + p @ v.error + (tokens + 2) * UNIT * (p @ size_v))
    joined = Bounded(*(each.transpose(1, 0, 2).reshape(tokens, -1) for each in (mixed.value, mixed.error)))
    return joined.times(w["wo"]).plus(w["bo"])


def block(layers: list[Weights], x: Array, heads: int) -> Array:
    """Both halves of each layer with residuals and norms, float64."""
    y = x.astype(np.float64)
    for w in layers:
        y = y + attention(w, norm(y), heads).value
        y = y + mlp(w, norm(y)).value
    return y


def norm(x: Array) -> Array:
    """Layer norm without weights."""
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled: Array = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
    return scaled


def _heads(whole: Bounded, heads: int) -> Bounded:
    def split(array: Array) -> Array:
        return array.reshape(len(array), heads, -1).transpose(1, 0, 2)

    return Bounded(split(whole.value), split(whole.error))
