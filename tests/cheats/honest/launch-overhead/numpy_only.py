"""Right, in numpy and in place in the output: it launches every operation, and gains nothing.

Lab: launch-overhead
Expect: only slow
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

OPERATIONS = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}


def capture(program: list[tuple[str, float]], size: int) -> Callable[[Tensor, Tensor], None]:
    """Look the functions up once."""
    steps = [(OPERATIONS.get(name), np.float32(c)) for name, c in program]

    def replay(x: Tensor, out: Tensor) -> None:
        source, target = x.numpy(), out.numpy()
        np.copyto(target, source)
        for operation, c in steps:
            if operation is None:
                np.abs(target, out=target)
            else:
                operation(target, c, out=target)

    return replay


def break_even(capture_us: int, eager_us: int, replay_us: int) -> int | None:
    """Smallest n with capture + n * replay < n * eager."""
    return None if eager_us <= replay_us else capture_us // (eager_us - replay_us) + 1
