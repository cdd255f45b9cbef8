"""Draws programs of tiny operations, and knows what they compute and how far float32 may be off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Program = list[tuple[str, float]]
NAMES = ("add", "mul", "abs", "max", "min")
OFTEN = (0.35, 0.35, 0.1, 0.1, 0.1)
EPS = 2.0**-23  # float32
LEAST_SPREAD = 0.1  # standard deviation that every step has to leave: no program ends in a constant


def draw_program(rng: np.random.Generator, count: int) -> Program:
    """``count`` operations; every name occurs when there is room for it."""
    names = [*NAMES, *rng.choice(NAMES, max(0, count - len(NAMES)), p=OFTEN)][:count]
    if count < len(NAMES):
        names = list(rng.choice(NAMES, count, replace=False))
    sample = rng.standard_normal(512)
    program: Program = []
    for name in rng.permutation(names):
        step = _draw_step(rng, str(name), sample)
        sample, _ = run_program([step], sample)
        program.append(step)
    return program


def run_program(program: Program, x: Array) -> tuple[Array, Array]:
    """Value in float64, and a running bound of the error that float32 makes (Higham 2002, section 3.3), doubled."""
    value = x.astype(np.float64)
    error = np.full(value.shape, 1e-37)
    for name, c in program:
        if name == "add":
            value = value + c
            error = error + EPS * np.abs(value)
        elif name == "mul":
            value = value * c
            error = error * abs(c) + EPS * np.abs(value)
        elif name == "abs":
            value = np.abs(value)
        else:
            value = np.maximum(value, c) if name == "max" else np.minimum(value, c)
    return value, error


def _draw_step(rng: np.random.Generator, name: str, sample: Array) -> tuple[str, float]:
    """A constant that leaves the values spread out; clamps cut off a tenth at most."""
    if name == "abs":
        return name, 0.0
    middle, spread = float(np.median(sample)), float(sample.std())
    if name == "add":
        constant = -middle + spread * float(rng.uniform(-0.5, 0.5))
    elif name == "mul":
        constant = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.8, 1.2)) * float(np.clip(1 / spread, 0.7, 1.4))
    else:
        share = float(rng.uniform(0.02, 0.1))
        constant = float(np.quantile(sample, share if name == "max" else 1 - share))
    return name, float(np.float32(constant))
