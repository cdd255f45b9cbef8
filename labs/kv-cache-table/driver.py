"""Runs in the worker: builds the model from the arena and turns requests into calls of the learner's functions."""

from __future__ import annotations

from itertools import islice
from types import ModuleType

import torch
from torch import Tensor

from graders.protocol import Body
from graders.session import Handler, Session
from graders.tinygpt import GPTConfig, TinyGPT

# Taken before the learner's file is loaded, which may patch the class.
NUMEL, ELEMENT_SIZE = Tensor.numel, Tensor.element_size


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    models: list[TinyGPT] = []

    def load(request: Body) -> Body:
        weights = session.tensor(request["weights"]).to(session.device)
        models[:] = [TinyGPT(GPTConfig.parse(request["config"]), weights)]
        return {}

    def generate(request: Body) -> Body:
        tokens = solution.generate(models[0], list(request["prompt"]), request["new_tokens"], request["use_cache"])
        # One more than asked for is taken, so that a generator that does not stop is seen as such.
        for token in islice(iter(tokens), request["new_tokens"] + 1):
            session.item(token=int(token))
        return {}

    def prefill(request: Body) -> Body:
        answer = solution.prefill(models[0], session.tensor(request["tokens"]).to(session.device))
        pairs = _pairs(answer)
        _copy(pairs, session.tensor(request["out"]))
        return {"sizes": [NUMEL(t) * ELEMENT_SIZE(t) for pair in pairs for t in pair]}

    def cache_bytes(request: Body) -> Body:
        answer = solution.cache_bytes(**request["sizes"])
        if not isinstance(answer, int):
            raise TypeError(f"cache_bytes returns an int, got {type(answer).__name__}")
        return {"bytes": answer}

    return {"load": load, "generate": generate, "prefill": prefill, "cache_bytes": cache_bytes}


def _pairs(answer: object) -> list[tuple[Tensor, ...]]:
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise TypeError("prefill returns (logits, cache)")
    cache = answer[1]
    if not isinstance(cache, list | tuple) or not all(
        isinstance(pair, tuple | list) and all(isinstance(t, Tensor) for t in pair) for pair in cache
    ):
        raise TypeError("the cache is a list with one (keys, values) pair of tensors for each layer")
    return [tuple(pair) for pair in cache]


def _copy(pairs: list[tuple[Tensor, ...]], out: Tensor) -> None:
    """Copy keys and values to ``out`` (L, 2, b, H, T, D) where they fit; what does not fit stays poisoned."""
    for layer, pair in zip(out, pairs, strict=False):
        for place, tensor in zip(layer, pair, strict=False):
            if place.shape == tensor.shape:
                place.copy_(tensor.to("cpu", torch.float32))
