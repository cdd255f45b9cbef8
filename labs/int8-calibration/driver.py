"""Runs in the worker: calls the learner's functions on arrays of the arena and checks the types of what they return."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""

    def view(slot: Body) -> Any:
        return session.arena.view(Slot.parse(slot))

    def store(name: str, answer: Any, slot: Body) -> None:
        out = view(slot)
        if not isinstance(answer, np.ndarray) or answer.shape != out.shape or answer.dtype != out.dtype:
            got = f"{answer.dtype}{list(answer.shape)}" if isinstance(answer, np.ndarray) else type(answer).__name__
            raise TypeError(f"{name} returns a numpy array {out.dtype}{list(out.shape)} here, got {got}")
        out[...] = answer

    def histograms(request: Body) -> Body:
        widths = []
        for case in request["cases"]:
            answer = solution.histogram(view(case["x"]), case["bins"])
            if not isinstance(answer, tuple) or len(answer) != 2:
                raise TypeError("histogram returns (counts, bin_width)")
            store("histogram", answer[0], case["out"])
            widths.append(_number("histogram's bin_width", answer[1]))
        return {"values": widths}

    def thresholds(request: Body) -> Body:
        values = []
        for case in request["cases"]:
            name = f"{case['method']}_threshold"
            answer = getattr(solution, name)(view(case["counts"]), case["bin_width"], *case["more"])
            values.append(_number(name, answer))
        return {"values": values}

    def weight_scales(request: Body) -> Body:
        answer = solution.weight_scales(view(request["w"]), request["per_channel"])
        store("weight_scales", answer, request["out"])
        return {}

    def quantize(request: Body) -> Body:
        scale = request["scale"] if isinstance(request["scale"], float) else view(request["scale"])
        store("quantize", solution.quantize(view(request["x"]), scale), request["out"])
        return {}

    def accumulate(request: Body) -> Body:
        store("accumulate", solution.accumulate(view(request["x"]), view(request["w"])), request["out"])
        return {}

    def quantized_bytes(request: Body) -> Body:
        return {"values": [_number("quantized_bytes", solution.quantized_bytes(*case)) for case in request["cases"]]}

    return {
        "histograms": histograms,
        "thresholds": thresholds,
        "weight_scales": weight_scales,
        "quantize": quantize,
        "accumulate": accumulate,
        "quantized_bytes": quantized_bytes,
    }


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is a number, got {type(value).__name__}")
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value}")
    return float(value)
