"""Runs in the worker: hands the learner's function read-only views of its inputs and copies out what it returns."""

from __future__ import annotations

import gc
from types import ModuleType
from typing import Any

import numpy as np

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer.

    What was imported is frozen: a collection that walks over it touches its pages (77 MiB with torch).
    """
    gc.collect()
    gc.freeze()

    def attend(request: Body) -> Body:
        q, k, v = (_read_only(session, request[name]) for name in ("q", "k", "v"))
        answer = solution.attention(q, k, v, request["block_q"], request["block_k"], request["causal"])
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise TypeError("attention returns two arrays: (out, lse)")
        for name, value in zip(("out", "lse"), answer, strict=True):
            target = session.arena.view(Slot.parse(request[name]))
            target[...] = _floats(name, value, target.shape)
        return {}

    def count(request: Body) -> Body:
        function = getattr(solution, request["function"])
        return {"pairs": [_pair(request["function"], function(*case)) for case in request["cases"]]}

    return {"attend": attend, "count": count}


def _read_only(session: Session, slot: Body) -> Any:
    view = session.arena.view(Slot.parse(slot))
    view.flags.writeable = False
    return view


def _floats(name: str, value: Any, shape: tuple[int, ...]) -> Any:
    array = np.asarray(value)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} holds {array.dtype}, float32 is expected")
    if array.shape != shape:
        raise TypeError(f"{name} has the shape {array.shape}, expected is {shape}")
    return array


def _pair(name: str, value: Any) -> list[int]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} returns two integers")
    if not all(isinstance(each, (int, np.integer)) and not isinstance(each, bool) for each in value):
        raise TypeError(f"{name} returns integers, not {value!r}")
    return [int(each) for each in value]
