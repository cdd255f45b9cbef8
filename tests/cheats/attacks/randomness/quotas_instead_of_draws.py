"""Draws nothing: it keeps books of what it has answered, and answers next whatever its quota lacks most.

A statistical test with an upper bound on the distance from the right distribution is passed best by not being random at all. A
user of such a sampler would get the same tokens in the same order. Here the distance must not be smaller than chance makes it,
either.

Seen: statistical graders with one-sided bounds; the same family as constants tuned to a tolerance.
Lab: speculative-decoding
Expect: not passed
"""

import numpy as np
import torch

books = {}


def due(key, probabilities):
    """The outcome whose count is furthest below its share."""
    counts = books.setdefault(key, np.zeros(len(probabilities)))
    chosen = int((probabilities * (counts.sum() + 1) - counts).argmax())
    counts[chosen] += 1
    return chosen


class Drafter:
    """Guesses greedily without a cache."""

    def __init__(self, model):
        self.model, self.sequence = model, []

    def start(self, prompt):
        self.sequence = list(prompt)

    def propose(self, k):
        sequence = list(self.sequence)
        for _ in range(k):
            sequence.append(int(self.model.forward(torch.tensor([sequence]))[0, -1].argmax()))
        return sequence[len(self.sequence) :]

    def commit(self, tokens):
        self.sequence += tokens


def verify_greedy(drafted, target_logits):
    wanted = target_logits.argmax(axis=1).tolist()
    accepted = 0
    while accepted < len(drafted) and drafted[accepted] == wanted[accepted]:
        accepted += 1
    return [*drafted[:accepted], wanted[accepted]]


def residual(p, q):
    excess = np.maximum(p - q, 0.0)
    return excess / excess.sum() if excess.any() else p


def expected_tokens(alpha, k):
    return sum(alpha**i for i in range(k + 1))


def verify_sampled(drafted, q, p, rng):
    table = p.tobytes()
    for i, token in enumerate(drafted):
        chance = min(1.0, p[i, token] / q[i, token])
        if due((table, "accept", i, token), np.array([chance, 1 - chance])) == 1:
            return [*drafted[:i], due((table, "instead", i), residual(p[i], q[i]))]
    return [*drafted, due((table, "bonus"), p[len(drafted)])]
