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

    def histograms(self, request: Body) -> Body:
        """Fill one slot of counts for each case; the answer holds the bin widths."""
        widths = []
        for case in request["cases"]:
            answer = self._solution.histogram(self._view(case["x"]), case["bins"])
            if not isinstance(answer, tuple) or len(answer) != 2:
                raise TypeError("histogram returns (counts, bin_width)")
            self._store("histogram", answer[0], case["out"])
            widths.append(_number("histogram's bin_width", answer[1]))
        return {"values": widths}

    def thresholds(self, request: Body) -> Body:
        """One threshold for each case."""
        values = []
        for case in request["cases"]:
            name = f"{case['method']}_threshold"
            answer = getattr(self._solution, name)(self._view(case["counts"]), case["bin_width"], *case["more"])
            values.append(_number(name, answer))
        return {"values": values}

    def weight_scales(self, request: Body) -> Body:
        """Scales of one weight."""
        answer = self._solution.weight_scales(self._view(request["w"]), request["per_channel"])
        self._store("weight_scales", answer, request["out"])
        return {}

    def quantize(self, request: Body) -> Body:
        """Integers of one array."""
        scale = request["scale"] if isinstance(request["scale"], float) else self._view(request["scale"])
        self._store("quantize", self._solution.quantize(self._view(request["x"]), scale), request["out"])
        return {}

    def accumulate(self, request: Body) -> Body:
        """Sums of products of integers."""
        answer = self._solution.accumulate(self._view(request["x"]), self._view(request["w"]))
        self._store("accumulate", answer, request["out"])
        return {}

    def quantized_bytes(self, request: Body) -> Body:
        """One size for each case."""
        sizes = [self._solution.quantized_bytes(*case) for case in request["cases"]]
        return {"values": [_number("quantized_bytes", size) for size in sizes]}

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
    return {
        "histograms": calls.histograms,
        "thresholds": calls.thresholds,
        "weight_scales": calls.weight_scales,
        "quantize": calls.quantize,
        "accumulate": calls.accumulate,
        "quantized_bytes": calls.quantized_bytes,
    }


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is a number, got {type(value).__name__}")
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value}")
    return float(value)
