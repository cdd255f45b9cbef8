"""Runs in the worker: captures programs with the learner's function and replays them on tensors of the arena."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session

# Each output changes the mantissas of the next input's first elements: replays cannot be run all at once.
LINKED, MANTISSA = 256, np.uint32(0x007FFFFF)
AND, XOR = np.bitwise_and, np.bitwise_xor  # taken before the learner's file is loaded


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    captured: dict[str, Callable[..., Any]] = {}
    rows: list[tuple[Any, ...]] = []

    def capture(request: Body) -> Body:
        program = [(str(name), float(constant)) for name, constant in request["program"]]
        replay = solution.capture(program, request["size"])
        if not callable(replay):
            raise TypeError(f"capture returns a function replay(x, out), got {type(replay).__name__}")
        captured[request["key"]] = replay
        return {}

    def load(request: Body) -> Body:
        xs, outs = session.tensor(request["xs"]), session.tensor(request["outs"])
        bits = [session.arena.view(Slot.parse(request[name])).view(np.uint32)[:, :LINKED] for name in ("xs", "outs")]
        following = [*bits[0][1:], np.zeros_like(bits[0][0])]  # behind the last replay there is none
        link = np.empty_like(following[-1])
        rows[:] = zip(xs, outs, bits[1], following, [link] * len(following), strict=True)  # one for each replay
        return {}

    def run(request: Body) -> Body:
        replay = captured[request["key"]]
        for x, out, result, following, link in rows:
            replay(x, out)
            AND(result, MANTISSA, link)
            XOR(following, link, following)
        return {}

    def break_even(request: Body) -> Body:
        answer = solution.break_even(*request["times"])
        if answer is not None and (isinstance(answer, bool) or not isinstance(answer, int)):
            raise TypeError(f"break_even returns an int or None, got {type(answer).__name__}")
        return {"never": answer is None, "runs": answer or 0}

    return {"capture": capture, "load": load, "run": run, "break_even": break_even}
