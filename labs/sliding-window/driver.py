"""Runs in the worker: feeds the learner's window cache in chunks and token by token, or runs the full baseline."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from graders.protocol import Body
from graders.session import Handler, Session

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def handlers(solution: Any, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    held: dict[str, Any] = {}

    def start(request: Body) -> Body:
        held["cache"] = solution.WindowCache(**request["sizes"], dtype=DTYPES[request["dtype"]])
        return {}

    def feed(request: Body) -> Body:
        """Run ``prompt`` positions through prefill, layer by layer, and the others one by one through all layers."""
        q, k, v, out = (session.tensor(request[name]) for name in ("q", "k", "v", "out"))
        prompt, cache = request["prompt"], held["cache"]
        for layer in range(len(q)):
            if prompt:
                first = [tensor[layer, :, :, :prompt] for tensor in (q, k, v)]
                _store(solution.prefill(cache, layer, *first, request["chunk"]), out[layer, :, :, :prompt], "prefill")
        for at in range(prompt, q.shape[3]):
            for layer in range(len(q)):
                one = [tensor[layer, :, :, at : at + 1] for tensor in (q, k, v)]
                _store(cache.attend(layer, *one), out[layer, :, :, at : at + 1], "attend")
        return {}

    def inspect(request: Body) -> Body:
        """Copy what the cache holds to ``out`` (L, 2, b, H, n, D) and count the bytes of its storages."""
        for layer, place in enumerate(session.tensor(request["out"])):
            _copy(held["cache"].contents(layer), place)
        return {"bytes": _storage_bytes(held["cache"].tensors())}

    return {"start": start, "feed": feed, "inspect": inspect, **_without_state(solution, session)}


def _without_state(solution: Any, session: Session) -> dict[str, Handler]:
    def timed(request: Body) -> Body:
        q, k, v, out = (session.tensor(request[name]) for name in ("q", "k", "v", "out"))
        cache = solution.WindowCache(**request["sizes"], dtype=torch.float32)
        _store(solution.prefill(cache, 0, q, k, v, request["chunk"]), out, "prefill")
        return {}

    def full(request: Body) -> Body:
        q, k, v, out = (session.tensor(request[name]) for name in ("q", "k", "v", "out"))
        out.copy_(solution.full(q, k, v))
        return {}

    def cache_bytes(request: Body) -> Body:
        answer = solution.cache_bytes(**request["sizes"])
        if not isinstance(answer, int):
            raise TypeError(f"cache_bytes returns an int, got {type(answer).__name__}")
        return {"bytes": answer}

    return {"timed": timed, "full": full, "cache_bytes": cache_bytes}


def _store(answer: Any, out: Tensor, name: str) -> None:
    if not isinstance(answer, Tensor) or answer.shape != out.shape:
        shown = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        raise TypeError(f"{name} returns a tensor of shape {tuple(out.shape)}, got {shown}")
    out.copy_(answer)


def _copy(pair: Any, out: Tensor) -> None:
    """Keys and values where they fit; what does not fit stays poisoned."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(f"contents returns (keys, values), got {type(pair).__name__}")
    for place, tensor in zip(out, pair, strict=True):
        if isinstance(tensor, Tensor) and tensor.shape == place.shape:
            place.copy_(tensor)


def _storage_bytes(tensors: Any) -> int:
    """Bytes of all different storages; a view counts with everything that it keeps alive."""
    if not isinstance(tensors, list | tuple) or not all(isinstance(tensor, Tensor) for tensor in tensors):
        raise TypeError("tensors returns a list of all tensors that are kept between calls")
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    return sum(storages.values())
