"""Judges greedy tokens against a float64 run of the same weights, with room for float32 ties and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from graders.tinygpt import GPTConfig, TinyGPT

TIE = 1e-4  # logits; float32 was seen to differ from float64 by 3e-6, and the logits spread over about 1


@dataclass(frozen=True)
class Sample:
    """One generation: its prompt and the tokens that came out."""

    prompt: Sequence[int]
    tokens: Sequence[int]


class GreedyReference:
    """The referee's own model, float64 on the CPU."""

    def __init__(self, config: GPTConfig, weights: NDArray[np.float32]) -> None:
        self.config = config
        self.model = TinyGPT(config, torch.from_numpy(weights).to(torch.float64))

    def first_wrong(self, sample: Sample) -> int | None:
        """Return the index of the first token that is not a best one given all before it, or None.

        Teacher forcing: one forward pass judges the whole sample. A token within TIE of the best logit is right.
        """
        if any(not 0 <= token < self.config.vocab for token in sample.tokens):
            return next(i for i, token in enumerate(sample.tokens) if not 0 <= token < self.config.vocab)
        sequence = [*sample.prompt, *sample.tokens]
        with torch.no_grad():
            logits = self.model.forward(torch.tensor([sequence[:-1]]))[0, len(sample.prompt) - 1 :]
        chosen = logits.gather(1, torch.tensor(sample.tokens)[:, None])[:, 0]
        wrong = (logits.max(dim=1).values - chosen > TIE).nonzero()
        return int(wrong[0, 0]) if len(wrong) else None

    def tokens(self, prompt: Sequence[int], count: int) -> list[int]:
        """Return the ``count`` greedy tokens that follow ``prompt``."""
        sequence = list(prompt)
        with torch.no_grad():
            for _ in range(count):
                sequence.append(int(self.model.forward(torch.tensor([sequence]))[0, -1].argmax()))
        return sequence[len(prompt) :]


def draw_prompt(config: GPTConfig, length: int, rng: np.random.Generator) -> list[int]:
    """Return ``length`` random tokens."""
    return [int(token) for token in rng.integers(0, config.vocab, size=length)]
