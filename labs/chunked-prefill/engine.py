"""The referee's engine: runs steps in which prompt chunks and decode tokens of many requests share every matrix."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import GPTConfig, TinyGPT


class Sequence:
    """One request: its tokens, how many of them have gone through the model, and their keys and values (L, H, T, D)."""

    def __init__(self, config: GPTConfig, prompt: list[int]) -> None:
        self.tokens = prompt
        self.prompt = len(prompt)
        self.done = 0
        shape = (config.layers, config.heads, config.context, config.head_dim)
        self.keys, self.values = torch.empty(shape), torch.empty(shape)

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Store ``k`` and ``v`` (1, H, n, D) of the next n positions and attend to all so far, causally."""
        end = self.done + q.shape[2]
        self.keys[layer, :, self.done : end], self.values[layer, :, self.done : end] = k[0], v[0]
        keys, values = self.keys[None, layer, :, :end], self.values[None, layer, :, :end]
        mask = None
        if self.done and q.shape[2] > 1:
            mask = torch.ones(q.shape[2], end, dtype=torch.bool).tril(diagonal=self.done)
        return functional.scaled_dot_product_attention(q, keys, values, attn_mask=mask, is_causal=not self.done)


class Engine:
    """Greedy generation for a set of requests, one step at a time."""

    def __init__(self, config: dict[str, Any], weights: Tensor) -> None:
        self._model = TinyGPT(GPTConfig.parse(config), weights)
        self._sequences: list[Sequence] = []

    def open(self, prompts: list[int], lengths: list[int]) -> None:
        """Start over with requests 0, 1, ... whose prompts stand one after the other in ``prompts``."""
        self._sequences, at = [], 0
        for length in lengths:
            self._sequences.append(Sequence(self._model.config, prompts[at : at + length]))
            at += length

    def step(self, entries: list[tuple[int, int]]) -> list[list[int]]:
        """Run the next tokens of some requests: (request, tokens). Returns [request, new token] where one came out."""
        model = self._model
        parts = [(self._sequences[request], count) for request, count in entries]
        counts = [count for _, count in parts]
        tokens = [token for each, count in parts for token in each.tokens[each.done : each.done + count]]
        positions = [at for each, count in parts for at in range(each.done, each.done + count)]
        x = model.embed(torch.tensor([tokens]), torch.tensor(positions))
        for layer in range(model.layers):
            block = model.block(layer)
            pieces = zip(*(torch.split(t, counts, dim=2) for t in block.qkv(x)), strict=True)
            attended = [each.attend(layer, *piece) for (each, _), piece in zip(parts, pieces, strict=True)]
            x = x + block.attend_out(torch.cat(attended, dim=2))
            x = x + block.mlp(x)
        return self._emit(entries, x)

    def _emit(self, entries: list[tuple[int, int]], x: Tensor) -> list[list[int]]:
        ready, rows, at = [], [], 0
        for request, count in entries:
            sequence = self._sequences[request]
            sequence.done += count
            at += count
            if sequence.done == len(sequence.tokens):
                ready.append(request)
                rows.append(at - 1)
        if not ready:
            return []
        chosen = self._model.logits(x[:, rows])[0].argmax(dim=-1).tolist()
        for request, token in zip(ready, chosen, strict=True):
            self._sequences[request].tokens.append(token)
        return [[request, token] for request, token in zip(ready, chosen, strict=True)]
