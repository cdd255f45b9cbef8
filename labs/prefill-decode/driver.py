"""Runs in the worker: builds the model from the arena and turns requests into calls of the learner's functions."""

from __future__ import annotations

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
        weights = session.tensor(request["weights"])
        models[:] = [TinyGPT(GPTConfig.parse(request["config"]), weights)]
        return {}

    def generate(request: Body) -> Body:
        """Stream the greedy tokens of all sequences, one item for each position, and reply with the cache's sizes."""
        model, tokens = models[0], session.tensor(request["tokens"]).clone()
        expected = (tokens.shape[0], model.config.vocab)
        logits, cache = _answer(solution.prefill(model, tokens), "prefill", expected)
        sizes = []
        while True:
            chosen = logits.argmax(dim=-1)
            session.item(tokens=chosen.tolist())
            sizes.append(sum(NUMEL(t) * ELEMENT_SIZE(t) for pair in cache for t in pair))
            if len(sizes) == request["new_tokens"]:
                break
            logits, cache = _answer(solution.decode_step(model, chosen, cache), "decode_step", expected)
        return {"sizes": sizes}

    def cost(request: Body) -> Body:
        config = GPTConfig.parse(request["config"])
        shape = [request[name] for name in ("tokens", "batch", "dtype_bytes")]
        return {
            "prefill": _pair_of_ints(solution.prefill_cost(config, *shape), "prefill_cost"),
            "decode": _pair_of_ints(solution.decode_cost(config, *shape), "decode_cost"),
        }

    def bound(request: Body) -> Body:
        work = [request[name] for name in ("flops", "nbytes", "peak_flops", "peak_bandwidth")]
        answer = solution.bound_by(*work)
        if not isinstance(answer, str):
            raise TypeError(f'bound_by returns "compute" or "memory", got {type(answer).__name__}')
        return {"answer": answer[:40]}

    return {"load": load, "generate": generate, "cost": cost, "bound": bound}


def _answer(answer: object, name: str, expected: tuple[int, int]) -> tuple[Tensor, list[tuple[Tensor, ...]]]:
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], Tensor):
        raise TypeError(f"{name} returns (logits, cache)")
    logits, cache = answer
    if tuple(logits.shape) != expected:
        raise TypeError(f"{name} returns logits of shape {tuple(logits.shape)}, expected (batch, vocab) = {expected}")
    if not isinstance(cache, list | tuple) or not all(
        isinstance(pair, list | tuple) and all(isinstance(t, torch.Tensor) for t in pair) for pair in cache
    ):
        raise TypeError(f"the cache of {name} is a list with one (keys, values) pair of tensors for each layer")
    return logits, [tuple(pair) for pair in cache]


def _pair_of_ints(answer: object, name: str) -> list[int]:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(isinstance(n, int) for n in answer):
        raise TypeError(f"{name} returns two ints, (FLOPs, bytes); use // where you divide")
    return list(answer)
