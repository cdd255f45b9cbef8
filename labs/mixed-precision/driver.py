"""Runs in the worker: calls the learner's functions on arrays of the arena and checks the types of what they return."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


class Calls:
    """The learner's functions, one method for each request."""

    def __init__(self, solution: ModuleType, session: Session) -> None:
        self._solution = solution
        self._session = session

    def arrays(self, request: Body) -> Body:
        """Call a function of arrays for each case and fill its slot."""
        name = request["function"]
        for case in request["cases"]:
            answer = getattr(self._solution, name)(self._view(case["x"]).copy(), *case["more"])
            self._store(name, answer, case["out"])
        return {}

    def numbers(self, request: Body) -> Body:
        """Call a function of numbers for each case."""
        name, values = request["function"], []
        for case in request["cases"]:
            value = getattr(self._solution, name)(*case)
            if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
                raise TypeError(f"{name} returns a number, got {type(value).__name__}")
            values.append(float(value))
        return {"values": values}

    def scaler(self, request: Body) -> Body:
        """Run a fresh scaler; the answer holds for each step whether it was taken, and the scale after it."""
        scaler = self._solution.LossScaler(*request["start"])
        taken, scales = [], []
        for step in request["steps"]:
            answer = scaler.unscale([self._view(slot).copy() for slot in step["gradients"]])
            taken.append(answer is not None)
            scales.append(float(scaler.scale))
            if answer is None:
                continue
            if not isinstance(answer, list | tuple) or len(answer) != len(step["gradients"]):
                raise TypeError("unscale returns as many arrays as it got, or None")
            for array, slot in zip(answer, step["outs"], strict=True):
                self._store("unscale", array, slot)
        return {"taken": taken, "scales": scales}

    def _view(self, slot: Body) -> Any:
        return self._session.arena.view(Slot.parse(slot))

    def _store(self, name: str, answer: Any, slot: Body) -> None:
        out = self._view(slot)
        if not isinstance(answer, np.ndarray) or answer.shape != out.shape or answer.dtype != out.dtype:
            got = f"{answer.dtype}{list(answer.shape)}" if isinstance(answer, np.ndarray) else type(answer).__name__
            raise TypeError(f"{name} returns a numpy array {out.dtype}{list(out.shape)} here, got {got}")
        out[...] = answer


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""
    calls = Calls(solution, session)
    return {"arrays": calls.arrays, "numbers": calls.numbers, "scaler": calls.scaler}
