"""Runs in the worker: the learner's prefix cache and prefill over a pool of keys and values, or the plain baseline."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from graders import loading
from graders.protocol import Body
from graders.session import Handler, Session
from graders.tinygpt import GPTConfig, TinyGPT

WHAT = "admit returns (blocks, reused tokens), or None when the blocks do not suffice"


def handlers(solution: Any, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    held: dict[str, Any] = {}

    def load(request: Body) -> Body:
        weights = session.tensor(request["weights"]).to(session.device)
        held["model"] = TinyGPT(GPTConfig.parse(request["config"]), weights)
        return {}

    def start(request: Body) -> Body:
        """Begin with an empty cache, and with a pool of keys and values once a model is loaded."""
        held["cache"] = solution.PrefixCache(request["num_blocks"], request["block_size"])
        if "model" in held:
            config = held["model"].config
            shape = (config.layers, 2, request["num_blocks"], request["block_size"], config.heads, config.head_dim)
            held["pool"] = torch.full(shape, math.nan, device=session.device)
        return {}

    def run(request: Body) -> Body:
        for answer in _answers(held["cache"], request["operations"], str(solution.__file__)):
            session.item(**answer)
        return {}

    def serve(request: Body) -> Body:
        tokens = session.tensor(request["tokens"])
        blocks, reused = _served(_admit(held["cache"], request["number"], tokens.tolist(), None))
        logits = solution.prefill(held["model"], tokens.to(session.device), held["pool"], blocks, reused)
        _store(logits, session.tensor(request["out"]))
        return {"reused": reused}

    def plain(request: Body) -> Body:
        tokens = session.tensor(request["tokens"]).to(session.device)
        _store(solution.prefill(held["model"], tokens), session.tensor(request["out"]))
        return {}

    def finish(request: Body) -> Body:
        held["cache"].finish(request["number"])
        return {}

    return {handler.__name__: handler for handler in (load, start, run, serve, plain, finish)}


def _answers(cache: Any, operations: list[Any], shown_as: str) -> Iterator[Body]:
    """Answer operation by operation; an exception is told in its place, for an earlier answer may be its cause."""
    for operation in operations:
        try:
            yield _operate(cache, *operation)
        except Exception as error:
            yield {"raised": loading.describe(error, shown_as)[-2000:]}
            return


def _operate(cache: Any, name: str, number: int, tokens: list[int], extra: str | None) -> Body:
    if name == "finish":
        cache.finish(number)
        return {}
    blocks, reused = _admit(cache, number, tokens, extra) or (None, 0)
    return {"blocks": blocks, "reused": reused}


def _admit(cache: Any, number: int, tokens: list[int], extra: str | None) -> tuple[list[int], int] | None:
    answer = cache.admit(number, list(tokens), extra)
    if answer is None:
        return None
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise TypeError(f"{WHAT}, got {answer!r:.80}")
    try:
        return [operator.index(block) for block in answer[0]], operator.index(answer[1])
    except TypeError:
        raise TypeError(f"{WHAT}, got {answer!r:.80}") from None


def _served(admitted: tuple[list[int], int] | None) -> tuple[list[int], int]:
    if admitted is None:
        raise ValueError("admit refused a request although the pool has room for it")
    return admitted


def _store(logits: Any, out: Tensor) -> None:
    if not isinstance(logits, Tensor) or logits.shape != out.shape:
        raise TypeError(f"prefill returns a tensor of shape {tuple(out.shape)}, got {logits!r:.80}")
    out.copy_(logits)
