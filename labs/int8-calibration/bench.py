"""The worker of this lab seen from the experiment: arrays go in, arrays and numbers come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.context import Context
from graders.errors import SolutionError
from graders.process import Worker

Array = NDArray[Any]
CALL_SECONDS = 20.0


class Bench:
    """The worker with arrays going in and out; each call releases what it placed."""

    def __init__(self, context: Context, worker: Worker) -> None:
        self.context = context
        self.worker = worker

    def call(self, op: str, **fields: Any) -> Any:
        """Send one request and return the body of its reply."""
        return self.worker.call(op, timeout=self.context.within(CALL_SECONDS), **fields).body

    def numbers(self, op: str, cases: list[dict[str, Any]] | list[list[Any]]) -> list[float]:
        """One number for each case."""
        values = self.call(op, cases=cases).get("values")
        if not isinstance(values, list) or len(values) != len(cases) or not all(type(v) is float for v in values):
            raise SolutionError(f"the answer to {op!r} holds no number for each case")
        return values

    def array(self, op: str, dtype: str, shape: Sequence[int], arrays: dict[str, Array], **fields: Any) -> Array:
        """Call with ``arrays`` in the arena and return the output that was declared."""
        arena = self.worker.arena
        mark = arena.mark()
        placed = {name: arena.store(values).describe() for name, values in arrays.items()}
        out = arena.place(dtype, shape)
        arena.poison(out)
        self.call(op, out=out.describe(), **placed, **fields)
        found = arena.view(out).copy()
        arena.reset(mark)
        return found

    def histograms(self, xs: Sequence[Array], bins: int) -> list[tuple[Array, float]]:
        """The learner's histograms of several arrays."""
        arena = self.worker.arena
        mark, outs, cases = arena.mark(), [], []
        for x in xs:
            outs.append(arena.place("int64", (bins,)))
            arena.poison(outs[-1])
            placed = arena.store(x.astype(np.float32)).describe()
            cases.append({"x": placed, "bins": bins, "out": outs[-1].describe()})
        widths = self.numbers("histograms", cases)
        found = [(arena.view(out).copy(), width) for out, width in zip(outs, widths, strict=True)]
        arena.reset(mark)
        return found

    def thresholds(self, wanted: Sequence[tuple[str, Array, float, list[Any]]]) -> list[float]:
        """Thresholds for (method, counts, bin width, further arguments)."""
        arena = self.worker.arena
        mark = arena.mark()
        cases = [
            {"method": method, "counts": arena.store(counts).describe(), "bin_width": width, "more": more}
            for method, counts, width, more in wanted
        ]
        found = self.numbers("thresholds", cases)
        arena.reset(mark)
        return found
