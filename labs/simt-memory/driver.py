"""Runs in the worker: traces the learner's kernels and asks for his predictions."""

from __future__ import annotations

import operator
from types import ModuleType
from typing import Any

from graders.protocol import Body
from graders.session import Handler, Session
from graders.simt.wire import trace_handler


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""

    def predict(request: Body) -> Body:
        function = getattr(solution, request["function"])
        return {"answers": [_integer(request["function"], function(each)) for each in request["inputs"]]}

    def shares(request: Body) -> Body:
        for taken, then_length, else_length in request["branches"]:
            share = solution.active_lane_share([bool(each) for each in taken], then_length, else_length)
            session.item(share=float(share))
        return {}

    return {"trace": trace_handler(solution, session), "predict": predict, "shares": shares}


def _integer(function: str, answer: Any) -> int:
    try:
        return operator.index(answer)
    except TypeError:
        raise TypeError(f"{function} returns an int, got {answer!r:.80}") from None
