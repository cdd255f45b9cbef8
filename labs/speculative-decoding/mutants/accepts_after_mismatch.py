"""Mutant: counts every match, also those behind the first mismatch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import TinyGPT


class Drafter:
    """Guesses greedily; its cache holds keys and values of a prefix of the sequence, plus guesses until ``commit``."""

    def __init__(self, model: TinyGPT) -> None:
        self.model = model
        self.start([])

    def start(self, prompt: list[int]) -> None:
        """Begin a new sequence."""
        self.sequence = list(prompt)
        self.guesses: list[int] = []
        self.cache: list[tuple[Tensor, Tensor]] = []
        self.cached = 0  # positions in the cache

    def propose(self, k: int) -> list[int]:
        """Return the k greedy tokens after the sequence."""
        self.guesses = []
        pending = self.sequence[self.cached :]
        for _ in range(k):
            token = self._step(pending)
            self.guesses.append(token)
            pending = [token]
        return list(self.guesses)

    def commit(self, tokens: list[int]) -> None:
        """Append what the target's pass yielded and drop the keys and values of rejected guesses."""
        accepted = len(tokens) - 1
        self._cut(min(self.cached, len(self.sequence) + accepted))
        self.sequence += tokens

    def _step(self, tokens: list[int]) -> int:
        """Feed ``tokens`` behind the cache and return the greedy token after them."""
        model, past = self.model, self.cached
        positions = torch.arange(past, past + len(tokens), device=model.device)
        seen = torch.arange(past + len(tokens), device=model.device)
        mask = seen[None, :] <= positions[:, None]
        x = model.embed(torch.tensor([tokens], device=model.device), positions)
        for i in range(model.layers):
            block = model.block(i)
            q, k, v = block.qkv(x)
            if past:
                keys, values = self.cache[i]
                k, v = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
            self.cache[i : i + 1] = [(k, v)]
            x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, attn_mask=mask))
            x = x + block.mlp(x)
        self.cached = past + len(tokens)
        return int(model.logits(x[:, -1:])[0, 0].argmax())

    def _cut(self, length: int) -> None:
        self.cache = [(keys[:, :, :length], values[:, :, :length]) for keys, values in self.cache]
        self.cached = length


def verify_greedy(drafted: list[int], target_logits: NDArray[np.float32]) -> list[int]:
    """Return the accepted guesses and one token of the target: ``target_logits`` is (k + 1, V)."""
    wanted = target_logits.argmax(axis=1).tolist()
    accepted = sum(guess == want for guess, want in zip(drafted, wanted))
    return [*drafted[:accepted], wanted[accepted]]


def residual(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return norm(max(0, p - q)), (V,); p itself when the two are equal."""
    excess = np.maximum(p - q, 0.0)
    total = excess.sum()
    return excess / total if total > 0 else p


def verify_sampled(
    drafted: list[int], q: NDArray[np.float64], p: NDArray[np.float64], rng: np.random.Generator
) -> list[int]:
    """Return the accepted guesses and one token of the target's, distributed as ``p``: q (k, V), p (k + 1, V)."""
    for i, token in enumerate(drafted):
        if rng.random() * q[i, token] >= p[i, token]:
            return [*drafted[:i], _draw(residual(p[i], q[i]), rng)]
    return [*drafted, _draw(p[len(drafted)], rng)]


def expected_tokens(alpha: float, k: int) -> float:
    """Mean tokens of one pass: the sum of alpha^i for i = 0..k."""
    return k + 1.0 if alpha == 1 else (1 - alpha ** (k + 1)) / (1 - alpha)


def _draw(probabilities: NDArray[np.float64], rng: np.random.Generator) -> int:
    cumulative = probabilities.cumsum()
    return int(cumulative.searchsorted(rng.random() * cumulative[-1], side="right"))
