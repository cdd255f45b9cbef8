"""Keeps the list and launches every operation from Python."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Replay = Callable[[Tensor, Tensor], None]


def capture(program: list[tuple[str, float]], size: int) -> Replay:
    """Prepare ``program`` for tensors of ``size`` elements; called once for each program.

    Returns ``replay(x, out)``: ``x`` and ``out`` are contiguous float32 tensors (size,) on the CPU, other ones at every call. It
    writes the result to ``out`` and leaves ``x`` as it is.
    """

    def replay(x: Tensor, out: Tensor) -> None:
        t = x
        for name, c in program:
            if name == "add":
                t = t + c
            elif name == "mul":
                t = t * c
            elif name == "max":
                t = torch.clamp_min(t, c)
            elif name == "min":
                t = torch.clamp_max(t, c)
            else:
                t = torch.abs(t)
        out.copy_(t)

    return replay


def break_even(capture_us: int, eager_us: int, replay_us: int) -> int | None:
    """Return the smallest number of runs for which capturing once and replaying is faster than running eagerly.

    All times in microseconds. Equal times are no win. None when it never is.
    """
    if eager_us <= replay_us:
        return None
    return capture_us // (eager_us - replay_us) + 1
