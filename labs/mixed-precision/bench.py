"""The worker of this lab seen from the experiment: arrays go in, arrays and numbers come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scaler import Story

from graders.context import Context
from graders.errors import SolutionError
from graders.process import Worker

Array = NDArray[Any]
CALL_SECONDS = 20.0


class Bench:
    """Calls the learner's functions; each call releases what it placed in the arena."""

    def __init__(self, context: Context, worker: Worker) -> None:
        self.context = context
        self.worker = worker

    def arrays(self, function: str, cases: Sequence[tuple[Array, list[int], str, tuple[int, ...]]]) -> list[Array]:
        """One output for each (input, further arguments, dtype and shape of the output)."""
        arena = self.worker.arena
        mark, outs, described = arena.mark(), [], []
        for x, more, dtype, shape in cases:
            outs.append(arena.place(dtype, shape))
            arena.poison(outs[-1])
            described.append({"x": arena.store(x).describe(), "more": more, "out": outs[-1].describe()})
        self._call("arrays", function=function, cases=described)
        found = [arena.view(out).copy() for out in outs]
        arena.reset(mark)
        return found

    def rounded(self, x: Array, exponent_bits: int, mantissa_bits: int) -> Array:
        """The learner's ``round_to`` of one array, float32."""
        case = (x.astype(np.float32), [exponent_bits, mantissa_bits], "float32", x.shape)
        return self.arrays("round_to", [case])[0]

    def numbers(self, function: str, cases: list[list[Any]]) -> list[float]:
        """One number for each case."""
        return self._floats(self._call("numbers", function=function, cases=cases), "values", len(cases))

    def scaler(self, story: Story) -> tuple[list[bool], list[float], list[list[Array]]]:
        """Whether each step was taken, the scale after it, and the unscaled gradients (NaN where there are none)."""
        arena = self.worker.arena
        mark, outs, steps = arena.mark(), [], []
        for tensors in story.steps:
            slots = [arena.place("float32", tensor.shape) for tensor in tensors]
            for slot in slots:
                arena.poison(slot)
            outs.append(slots)
            placed = [arena.store(tensor).describe() for tensor in tensors]
            steps.append({"gradients": placed, "outs": [slot.describe() for slot in slots]})
        body = self._call("scaler", start=list(story.start), steps=steps)
        taken = body.get("taken")
        if not isinstance(taken, list) or len(taken) != len(steps) or not all(type(t) is bool for t in taken):
            raise SolutionError("the answer does not say for each step whether it was taken")
        scales = self._floats(body, "scales", len(steps))
        found = [[arena.view(slot).copy() for slot in slots] for slots in outs]
        arena.reset(mark)
        return taken, scales, found

    def _call(self, op: str, **fields: Any) -> dict[str, Any]:
        return self.worker.call(op, timeout=self.context.within(CALL_SECONDS), **fields).body

    @staticmethod
    def _floats(body: dict[str, Any], key: str, count: int) -> list[float]:
        values = body.get(key)
        if not isinstance(values, list) or len(values) != count or not all(type(v) is float for v in values):
            raise SolutionError(f"the answer's {key!r} holds no number for each case")
        return values
