"""The right loss scaler, and sequences of gradients that lead it through every transition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LARGEST_SCALE = float(np.finfo(np.float32).max)


@dataclass
class Scaler:
    """The state machine of torch.amp.GradScaler's update."""

    scale: float
    growth: float
    backoff: float
    interval: int
    good: int = 0

    def step(self, finite: bool) -> None:
        """Take one step of which all gradients were finite, or not."""
        if not finite:
            self.scale, self.good = self.scale * self.backoff, 0
            return
        self.good += 1
        if self.good == self.interval:
            self.good = 0
            if self.scale * self.growth <= LARGEST_SCALE:
                self.scale *= self.growth


@dataclass(frozen=True)
class Story:
    """One run of a scaler: its start, and for each step the scaled float16 gradients of two tensors."""

    what: str
    start: tuple[float, float, float, int]
    steps: list[list[Array]]


def stories(rng: np.random.Generator, more: int) -> list[Story]:
    """Growth only; overflows in between; a scale at float32's end; random ones."""
    found = [
        Story("four good steps, interval 2", (1024.0, 2.0, 0.5, 2), [_step(rng, "") for _ in range(4)]),
        Story(
            "two good steps, an overflow, two good steps, interval 3",
            (1024.0, 2.0, 0.5, 3),
            [_step(rng, kind) for kind in ("", "", "inf", "", "", "")],
        ),
        Story("a NaN in the second tensor", (256.0, 2.0, 0.5, 5), [_step(rng, kind) for kind in ("", "nan", "")]),
        Story("growth at the end of float32", (2.0**126, 2.0, 0.5, 1), [_step(rng, "") for _ in range(3)]),
    ]
    for _ in range(more):
        interval, bad = int(rng.integers(1, 6)), rng.uniform(0.05, 0.4)
        start = (
            2.0 ** int(rng.integers(4, 17)),
            2.0 ** int(rng.integers(1, 3)),
            0.5 ** int(rng.integers(1, 3)),
            interval,
        )
        kinds = [str(rng.choice(["inf", "-inf", "nan"])) if rng.random() < bad else "" for _ in range(30)]
        found.append(Story(f"30 random steps, interval {interval}", start, [_step(rng, kind) for kind in kinds]))
    return found


def _step(rng: np.random.Generator, kind: str) -> list[Array]:
    """Gradients over float16's whole range, subnormals included; ``kind`` puts one bad value into the second tensor."""
    tensors = []
    for size in (int(rng.integers(2, 9)), int(rng.integers(2, 9))):
        values = rng.standard_normal(size) * 10.0 ** rng.uniform(-7, 3, size)
        tensors.append(values.astype(np.float16))
    if kind:
        tensors[1][int(rng.integers(len(tensors[1])))] = np.float16(kind)
    return tensors
