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
        """Return the index of the first token that is not a best one given all before it, or None; 0 for no tokens.

        Teacher forcing: one forward pass judges the whole sample. A token within TIE of the best logit is right.
        """
        return self.all_first_wrong([sample])[0]

    def all_first_wrong(self, samples: Sequence[Sample]) -> list[int | None]:
        """Judge many samples, those of equal lengths in one pass; the answers are in the order of ``samples``."""
        groups: dict[tuple[int, int], list[int]] = {}
        for i, sample in enumerate(samples):
            groups.setdefault((len(sample.prompt), len(sample.tokens)), []).append(i)
        answers: list[int | None] = [0] * len(samples)
        for (prompt_length, count), members in groups.items():
            if count == 0:
                continue
            for i, answer in zip(members, self._judge([samples[i] for i in members], prompt_length), strict=True):
                answers[i] = answer
        return answers

    def tokens(self, prompt: Sequence[int], count: int) -> list[int]:
        """Return the ``count`` greedy tokens that follow ``prompt``."""
        sequence = list(prompt)
        with torch.no_grad():
            for _ in range(count):
                sequence.append(int(self.model.forward(torch.tensor([sequence]))[0, -1].argmax()))
        return sequence[len(prompt) :]

    def _judge(self, samples: Sequence[Sample], prompt_length: int) -> list[int | None]:
        prompts = torch.tensor([list(sample.prompt) for sample in samples])
        tokens = torch.tensor([list(sample.tokens) for sample in samples])
        known = (tokens >= 0) & (tokens < self.config.vocab)
        legal = tokens.where(known, torch.zeros_like(tokens))
        with torch.no_grad():
            logits = self.model.forward(torch.cat((prompts, legal), dim=1)[:, :-1])[:, prompt_length - 1 :]
        short = logits.max(dim=2).values - logits.gather(2, legal[..., None])[..., 0]
        wrong = (short > TIE) | ~known
        return [int(row.nonzero()[0, 0]) if row.any() else None for row in wrong]


def draw_prompt(config: GPTConfig, length: int, rng: np.random.Generator) -> list[int]:
    """Return ``length`` random tokens."""
    return [int(token) for token in rng.integers(0, config.vocab, size=length)]
