"""Runs in the worker: captures programs with the learner's function and replays them on tensors of the arena."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    captured: dict[str, Callable[..., Any]] = {}
    pairs: list[tuple[Any, Any]] = []

    def capture(request: Body) -> Body:
        program = [(str(name), float(constant)) for name, constant in request["program"]]
        replay = solution.capture(program, request["size"])
        if not callable(replay):
            raise TypeError(f"capture returns a function replay(x, out), got {type(replay).__name__}")
        captured[request["key"]] = replay
        return {}

    def load(request: Body) -> Body:
        xs, outs = session.tensor(request["xs"]), session.tensor(request["outs"])
        pairs[:] = zip(xs, outs, strict=True)  # one row for each replay
        return {}

    def run(request: Body) -> Body:
        replay = captured[request["key"]]
        for x, out in pairs:
            replay(x, out)
        return {}

    def break_even(request: Body) -> Body:
        answer = solution.break_even(*request["times"])
        if answer is not None and (isinstance(answer, bool) or not isinstance(answer, int)):
            raise TypeError(f"break_even returns an int or None, got {type(answer).__name__}")
        return {"never": answer is None, "runs": answer or 0}

    return {"capture": capture, "load": load, "run": run, "break_even": break_even}
