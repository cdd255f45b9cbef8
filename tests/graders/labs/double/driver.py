"""Runs in the worker of the test lab: one request doubles an array of the arena."""

from __future__ import annotations

from types import ModuleType

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    def double(request: Body) -> Body:
        x = session.arena.view(Slot.parse(request["x"]))
        out = session.arena.view(Slot.parse(request["out"]))
        answer = solution.double(x)
        if answer is not None:
            out[...] = answer
        return {}

    return {"double": double}
