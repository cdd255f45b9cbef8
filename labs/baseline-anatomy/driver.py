"""Runs in the worker: pulls the events out of the learner's generators and sends each at once."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from graders.protocol import Body
from graders.session import Handler, Session

SECONDS = ("load_tokenizer", "load_model", "tokenize", "prefill", "detokenize", "total", "tokens_per_s")
COUNTS = ("prompt_tokens", "new_tokens")
VALUES: dict[str, type] = {"tokenizer": int, "model": int, "prompt": list, "token": int, "text": str}


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    loaded: list[Any] = []

    def pull(events: Iterable[Any], most: int) -> None:
        session.item(mark="start", value=None)
        for count, event in enumerate(events, start=1):
            mark, value = _event(event)
            session.item(mark=mark, value=value)
            if count == most:  # a generator that does not stop is seen as such
                return

    def load(request: Body) -> Body:
        loaded[:] = [solution.Baseline()]
        pull(loaded[0].load(request["folder"]), 3)
        return {}

    def generate(request: Body) -> Body:
        pull(loaded[0].generate(request["text"], request["max_tokens"]), request["max_tokens"] + 3)
        return {}

    def report(request: Body) -> Body:
        return {"report": _report(loaded[0].report())}

    def environment(request: Body) -> Body:
        told = loaded[0].environment()
        if not isinstance(told, dict):
            raise TypeError(f"environment returns a dict, got {type(told).__name__}")
        return {"environment": {str(key): _plain(value) for key, value in list(told.items())[:40]}}

    return {"load": load, "generate": generate, "report": report, "environment": environment}


def _event(event: Any) -> tuple[str, Any]:
    if not isinstance(event, tuple) or len(event) != 2 or event[0] not in VALUES:
        raise TypeError(f"an event is one of {', '.join(VALUES)} with its value, got {event!r:.80}")
    mark, value = event
    if not isinstance(value, VALUES[mark]):
        raise TypeError(f"the event {mark!r} carries {VALUES[mark].__name__}, got {type(value).__name__}")
    return mark, value


def _report(told: Any) -> Body:
    if not isinstance(told, dict):
        raise TypeError(f"report returns a dict, got {type(told).__name__}")
    missing = [name for name in (*SECONDS, *COUNTS, "decode") if name not in told]
    if missing:
        raise TypeError(f"the report lacks {', '.join(missing)}")
    if not isinstance(told["decode"], list):
        raise TypeError("the report's 'decode' is a list of seconds")
    counts = {name: told[name] for name in COUNTS}
    return {name: float(told[name]) for name in SECONDS} | counts | {"decode": [float(each) for each in told["decode"]]}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) or value is None else str(value)[:200]
