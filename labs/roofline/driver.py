"""Runs in the worker: hands tensors of the arena, or copies of them on a GPU, to the learner's functions."""

from __future__ import annotations

from types import ModuleType

import torch
from torch import Tensor

from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    held: dict[str, Tensor] = {}
    cuda = session.device.startswith("cuda")

    def load(request: Body) -> Body:
        for name, slot in request["tensors"].items():
            tensor = session.tensor(slot)
            held[name] = tensor.to(session.device) if cuda else tensor
        _finish(cuda)
        return {}

    def run(request: Body) -> Body:
        _call(solution, request, held)
        _finish(cuda)
        return {}

    def fetch(request: Body) -> Body:
        if cuda:
            for name, slot in request["tensors"].items():
                session.tensor(slot).copy_(held[name])
        return {}

    def formula(request: Body) -> Body:
        answers = session.tensor(request["out"])
        for i, arguments in enumerate(request["cases"]):
            answers[i] = _number(request["name"], getattr(solution, request["name"])(*arguments))
        return {}

    return {"load": load, "run": run, "fetch": fetch, "formula": formula}


def _call(solution: ModuleType, request: Body, held: dict[str, Tensor]) -> None:
    kernel, out = request["kernel"], held["out"]
    if kernel == "copy":
        solution.copy(held["x"], out)
    elif kernel == "gather":
        solution.gather(held["source"], held["index"], out)
    elif kernel == "polynomial":
        solution.polynomial(held["coefficients"], held["x"], out)
    else:
        solution.saxpy(request["alpha"], held["x"], held["y"], out)


def _finish(cuda: bool) -> None:
    if cuda:
        torch.cuda.synchronize()


def _number(name: str, answer: object) -> float:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise TypeError(f"{name} returns a number, got {type(answer).__name__}")
    return float(answer)
