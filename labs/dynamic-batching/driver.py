"""Runs in the worker: asks the learner for texts and plans; the server is never in reach of this process."""

from __future__ import annotations

from types import ModuleType

from graders.protocol import Body
from graders.session import Handler, Session

MOST_TEXT = 8_000  # characters


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""

    def config(request: Body) -> Body:
        text = solution.config(
            request["name"], request["max_batch_size"], list(request["preferred"]), request["delay_us"]
        )
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise TypeError(f"config returns the text of a config.pbtxt, got {type(text).__name__}")
        return {"text": text}

    def tune(request: Body) -> Body:
        plan = solution.tune(request["base_ms"], request["item_ms"], request["clients"], request["slo_ms"])
        if plan is None:
            return {"plan": None}
        if not isinstance(plan, tuple | list) or len(plan) != 2 or not all(type(part) is int for part in plan):
            raise TypeError(f"tune returns (max_batch_size, delay_us) as two ints, or None, got {plan!r:.80}")
        return {"plan": list(plan)}

    return {"config": config, "tune": tune}
