"""Write speculative decoding: a draft that guesses, and two ways to verify its guesses.

The referee owns the target model and counts its passes. For each pass it asks your ``Drafter`` for k guesses, runs the target
once over the sequence and the guesses, hands you the k + 1 rows of logits, and takes the tokens that ``verify_greedy`` returns.

This file runs, but its guesses are worthless and every pass yields one token only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graders.tinygpt import TinyGPT


class Drafter:
    """Guesses the next tokens of one sequence with a small model, greedily.

    ``model.forward(tokens)`` takes int64 (1, t) on ``model.device`` and returns logits (1, t, V) without a cache; the pieces
    ``embed``, ``block(i).qkv``, ``attend_out``, ``mlp`` and ``logits`` let you keep one (see the README).
    """

    def __init__(self, model: TinyGPT) -> None:
        """Keep the draft model."""
        self.model = model

    def start(self, prompt: list[int]) -> None:
        """Begin a new sequence with these tokens; forget the one before."""

    def propose(self, k: int) -> list[int]:
        """Return the k tokens that the draft would generate greedily (argmax) after the sequence so far.

        The sequence is the prompt plus everything committed. Guesses are not part of it until they are committed.
        """
        return [0] * k

    def commit(self, tokens: list[int]) -> None:
        """Append the tokens that the last pass of the target yielded: some of the guesses, then one of the target's own.

        If you keep keys and values, drop those of the rejected guesses here.
        """


def verify_greedy(drafted: list[int], target_logits: NDArray[np.float32]) -> list[int]:
    """Return the 1 to k + 1 tokens that one pass of the target yields under greedy decoding.

    Args:
        drafted: the k guesses.
        target_logits: (k + 1, V). Row i is what the target says after the sequence and the first i guesses.

    Write this: accept guesses as long as each is the argmax of its row, then add the argmax of the row where that ended.
    """
    return [int(target_logits[0].argmax())]


def residual(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return norm(max(0, p - q)), (V,): what a token is drawn from after a guess was rejected.

    ``p`` and ``q`` (V,) are the probabilities of target and draft. When they are equal nothing is ever rejected; return p.
    """
    return p


def verify_sampled(
    drafted: list[int], q: NDArray[np.float64], p: NDArray[np.float64], rng: np.random.Generator
) -> list[int]:
    """Return the 1 to k + 1 tokens that one pass of the target yields under sampling.

    Args:
        drafted: the k guesses; guess i was drawn from ``q[i]``.
        q: (k, V), the draft's probabilities.
        p: (k + 1, V), the target's probabilities.
        rng: your source of randomness.

    Write this: accept guess x at place i with probability min(1, p[i, x] / q[i, x]); at the first rejection add one token
    drawn from ``residual(p[i], q[i])`` and stop; when all are accepted add one token drawn from ``p[k]``.
    """
    return [int(rng.choice(p.shape[1], p=p[0]))]


def expected_tokens(alpha: float, k: int) -> float:
    """Return the mean number of tokens of one pass with k guesses, each accepted with probability ``alpha``.

    Write this: (1 - alpha^(k+1)) / (1 - alpha), and its limit at alpha = 1.
    """
    return 1.0
