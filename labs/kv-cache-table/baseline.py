"""The referee's own uncached decoding: the denominator that the learner's code cannot touch."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from graders.tinygpt import TinyGPT


def generate(model: TinyGPT, prompt: list[int], new_tokens: int, use_cache: bool) -> Iterator[int]:
    """Yield greedy tokens, running the whole sequence again for each."""
    sequence = list(prompt)
    for _ in range(new_tokens):
        token = int(model.forward(torch.tensor([sequence], device=model.device))[0, -1].argmax())
        sequence.append(token)
        yield token
