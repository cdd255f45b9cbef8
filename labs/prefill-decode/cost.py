"""The referee's count of FLOPs and bytes, from sizes alone (no torch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MATRICES = 12  # W*W weights of one layer: qkv 3, out 1, up 4, down 4
CONFIG_KEYS = ("layers", "heads", "head_dim", "vocab")


@dataclass(frozen=True)
class Cost:
    """Work of one phase: FLOPs of its matrix products and bytes that it moves."""

    flops: int
    nbytes: int

    @property
    def intensity(self) -> float:
        """FLOPs per byte; 0 without bytes."""
        return self.flops / self.nbytes if self.nbytes else 0.0


def prefill(config: Mapping[str, int], tokens: int, batch: int, dtype_bytes: int) -> Cost:
    """Cost of ``batch`` prompts of ``tokens`` tokens in one pass, logits of the last position only."""
    return _cost(config, tokens, tokens * (tokens + 1) // 2, 0, batch, dtype_bytes)


def decode(config: Mapping[str, int], cached: int, batch: int, dtype_bytes: int) -> Cost:
    """Cost of one new token for each of ``batch`` sequences that have ``cached`` tokens."""
    return _cost(config, 1, cached + 1, cached, batch, dtype_bytes)


def cache_bytes(config: Mapping[str, int], tokens: int, batch: int, dtype_bytes: int) -> int:
    """Bytes of the keys and values of ``tokens`` positions."""
    return 2 * config["layers"] * config["heads"] * config["head_dim"] * tokens * batch * dtype_bytes


def _cost(config: Mapping[str, int], new: int, pairs: int, read: int, batch: int, dtype_bytes: int) -> Cost:
    """``new`` positions go through the layers, ``pairs`` of query and key meet, ``read`` cached positions are read."""
    w, layers, vocab = config["heads"] * config["head_dim"], config["layers"], config["vocab"]
    linear = MATRICES * w * w * layers
    flops = 2 * linear * new + 2 * 2 * w * pairs * layers + 2 * w * vocab
    weights = linear + w * vocab
    embedded = 2 * w * new * batch
    return Cost(batch * flops, dtype_bytes * (weights + embedded) + cache_bytes(config, new + read, batch, dtype_bytes))
