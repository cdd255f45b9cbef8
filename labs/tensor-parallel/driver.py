"""Runs in the worker of each rank: hands the learner's functions their shards and a communicator of collectives."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session
from graders.wire_driver import Collectives, WireEnd

EPSILON = 1e-5  # of the layer norm


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    end = WireEnd(session, str(solution.__file__))

    def view(slot: Body) -> NDArray[Any]:
        return session.arena.view(Slot.parse(slot))

    def half(request: Body) -> None:
        def body() -> Body:
            weights = [{name: view(slot) for name, slot in layer.items()} for layer in request["layers"]]
            comm, out = Collectives(end), view(request["out"])
            out[...] = _apply(solution, comm, request["function"], weights, view(request["x"]), request["heads"])
            return {}

        end.start(request, body)

    def shard(request: Body) -> Body:
        shapes = {name: tuple(shape) for name, shape in request["shapes"].items()}
        cuts = solution.shard(shapes, request["rank"], request["size"])
        if not isinstance(cuts, dict) or set(cuts) != set(shapes):
            raise TypeError("shard returns a dict with an entry for each weight: (axis, start, stop) or None")
        return {"cuts": {name: _cut(name, cut) for name, cut in cuts.items()}}

    def formula(request: Body) -> Body:
        return {"values": [float(solution.bytes_per_forward(*case)) for case in request["cases"]]}

    return {"half": half, "shard": shard, "formula": formula, **end.handlers()}


def _cut(name: str, cut: Any) -> list[int] | None:
    if cut is None:
        return None
    if not isinstance(cut, tuple | list) or len(cut) != 3:
        raise TypeError(f"shard gives {name!r} as (axis, start, stop) or None, got {cut!r:.80}")
    return [int(number) for number in cut]


def _apply(
    solution: ModuleType, comm: Any, function: str, weights: list[dict[str, Any]], x: NDArray[Any], heads: int
) -> NDArray[Any]:
    if function == "attention":
        return _checked(function, solution.attention(comm, weights[0], x, heads), x)
    if function != "block":
        return _checked(function, getattr(solution, function)(comm, weights[0], x), x)
    for layer in weights:
        x = x + _checked("attention", solution.attention(comm, layer, _norm(x), heads), x)
        x = x + _checked("mlp", solution.mlp(comm, layer, _norm(x)), x)
    return x


def _norm(x: NDArray[Any]) -> NDArray[Any]:
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled: NDArray[Any] = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    return scaled


def _checked(name: str, answer: Any, x: NDArray[Any]) -> NDArray[Any]:
    if not isinstance(answer, np.ndarray) or answer.dtype.kind != "f" or answer.shape != x.shape:
        got = f"{answer.dtype}{list(answer.shape)}" if isinstance(answer, np.ndarray) else type(answer).__name__
        raise TypeError(f"{name} returns a numpy array float32{list(x.shape)}, got {got}")
    single: NDArray[Any] = answer.astype(np.float32, copy=False)
    return single
