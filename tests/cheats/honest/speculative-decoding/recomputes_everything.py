"""A drafter without a cache, which runs the whole sequence for each guess, and inverse sampling by a loop.

Lab: speculative-decoding
Expect: passed
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from graders.tinygpt import TinyGPT


class Drafter:
    """Keeps tokens only, and counts its guesses."""

    def __init__(self, model: TinyGPT) -> None:
        self.model = model
        self.sequence: list[int] = []
        self.guessed = 0

    def start(self, prompt: list[int]) -> None:
        """Begin a new sequence."""
        self.sequence = list(prompt)

    def propose(self, k: int) -> list[int]:
        """Return the k greedy tokens after the sequence."""
        tokens = list(self.sequence)
        for _ in range(k):
            tokens.append(int(self.model.forward(torch.tensor([tokens]))[0, -1].argmax()))
        self.guessed += k
        if self.guessed % 100 == 0:
            print(f"{self.guessed} guesses", flush=True)
        return tokens[len(self.sequence) :]

    def commit(self, tokens: list[int]) -> None:
        """Append what the target's pass yielded."""
        self.sequence += tokens


def verify_greedy(drafted: list[int], target_logits: NDArray[np.float32]) -> list[int]:
    """Return the accepted guesses and one token of the target: ``target_logits`` is (k + 1, V)."""
    taken: list[int] = []
    for guess, row in zip([*drafted, None], target_logits, strict=True):
        taken.append(int(row.argmax()))
        if taken[-1] != guess:
            break
    return taken


def residual(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return norm(max(0, p - q)), (V,); p itself when the two are equal."""
    excess = np.clip(p - q, 0, None)
    return excess / excess.sum() if excess.any() else p


def verify_sampled(
    drafted: list[int], q: NDArray[np.float64], p: NDArray[np.float64], rng: np.random.Generator
) -> list[int]:
    """Return the accepted guesses and one token of the target's, distributed as ``p``: q (k, V), p (k + 1, V)."""
    taken: list[int] = []
    for i, token in enumerate(drafted):
        chance = min(1.0, p[i, token] / q[i, token]) if q[i, token] > 0 else 1.0
        if rng.random() >= chance:
            rest = residual(p[i], q[i])
            return [*taken, int(rng.choice(len(rest), p=rest))]
        taken.append(token)
    return [*taken, int(rng.choice(p.shape[1], p=p[-1]))]


def expected_tokens(alpha: float, k: int) -> float:
    """Mean tokens of one pass: the sum of alpha^i for i = 0..k."""
    return float(sum(alpha**i for i in range(k + 1)))
