"""Runs in the worker: builds the learner's kernel once and launches it on inputs that the referee chose."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from graders.protocol import Body
from graders.session import Handler, Session

INPUTS = ("x", "scale", "bias", "residual")

# Taken before the learner's file is loaded, so that nothing in it can replace them.
COPY, EMPTY = Tensor.copy_, torch.empty
SYNCHRONIZE = getattr(torch._C, "_cuda_synchronize", None)  # waits for every stream of the current device


class Bench:
    """The built kernel and the large inputs. On a CPU all tensors lie in the arena; a GPU gets copies."""

    def __init__(self, solution: ModuleType, session: Session) -> None:
        self._solution = solution
        self._session = session
        self._cuda = session.device.startswith("cuda")
        if self._cuda:
            torch.cuda.set_device(session.device)
        self._kernel: Any = None
        self._large: dict[str, Any] = {}

    def build(self, request: Body) -> Body:
        """Let the learner compile in the worker's own folder."""
        self._kernel = self._solution.build(str(Path.cwd()), self._session.device)
        if not callable(self._kernel):
            raise TypeError("build returns the kernel, a function (x, scale, bias, residual, out)")
        return {}

    def apply(self, request: Body) -> Body:
        """One small call; on a GPU the inputs are copied back too, so that the referee sees whether they changed."""
        tensors = [self._put(request[name], request["shift"]) for name in (*INPUTS, "out")]
        self._kernel(*tensors)
        self._synchronize()
        if self._cuda:
            for name, tensor in zip((*INPUTS, "out"), tensors, strict=True):
                COPY(self._session.tensor(request[name]), tensor)
        return {}

    def load(self, request: Body) -> Body:
        """Take over the large inputs; nothing of the learner's runs here."""
        x, scales, biases, residual = (self._put(request[name], 0) for name in ("x", "scales", "biases", "residual"))
        outs = [self._put(slot, 0) for slot in request["outs"]]
        self._large = {
            "x": x,
            "residual": residual,
            "scales": scales.unbind(0),
            "biases": biases.unbind(0),
            "outs": outs,
        }
        self._synchronize()
        return {}

    def go(self, request: Body) -> Body:
        """The timed request: one call for each (scale, bias, out) that the referee names now."""
        large = self._large
        for scale, bias, out in request["calls"]:
            self._kernel(
                large["x"], large["scales"][scale], large["biases"][bias], large["residual"], large["outs"][out]
            )
        self._synchronize()
        return {}

    def copy(self, request: Body) -> Body:
        """Only in the referee's own worker: x copied to the outputs, the least that any kernel of this kind does."""
        for out in self._large["outs"][: request["count"]]:
            COPY(out, self._large["x"])
        self._synchronize()
        return {}

    def fetch(self, request: Body) -> Body:
        """Bring one output back to the arena, where it is not there already."""
        if self._cuda:
            COPY(self._session.tensor(request["slot"]), self._large["outs"][request["out"]])
        return {}

    def traffic(self, request: Body) -> Body:
        """Ask for the byte counts of several shapes."""
        return {"pairs": [_pair(self._solution.traffic(*shape)) for shape in request["shapes"]]}

    def _put(self, slot: Body, shift: int) -> Tensor:
        """The slot as a tensor on the device; ``shift`` floats off the start of an allocation, as in the arena."""
        tensor: Tensor = self._session.tensor(slot)
        if not self._cuda:
            return tensor
        flat = EMPTY(tensor.numel() + shift, dtype=tensor.dtype, device=self._session.device)
        return COPY(flat[shift:].view(tensor.shape), tensor)

    def _synchronize(self) -> None:
        if self._cuda:
            assert SYNCHRONIZE is not None
            SYNCHRONIZE()


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    bench = Bench(solution, session)
    names = ("build", "apply", "load", "go", "copy", "fetch", "traffic")
    return {name: getattr(bench, name) for name in names}


def _pair(value: Any) -> list[int]:
    if not isinstance(value, tuple) or len(value) != 2 or not all(type(each) is int for each in value):
        raise TypeError("traffic returns two integers: (eager bytes, fused bytes)")
    return list(value)
