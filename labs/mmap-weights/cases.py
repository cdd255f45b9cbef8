"""Tensors to be written and read: every dtype, odd shapes, a scalar, an empty one, one that is not contiguous."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from container import DTYPES, Array

SHAPES: tuple[tuple[int, ...], ...] = ((), (0, 3), (1,), (7,), (3, 5), (2, 3, 4), (13, 1, 2), (129,))
LARGEST = 60  # items along one side of a drawn matrix


@dataclass(frozen=True)
class Case:
    """A set of tensors by name; those in ``transposed`` reach the learner as a transposed view.

    ``shuffled``: the header of the file that the learner loads lists them in another order than the data, for certain.
    """

    title: str
    tensors: dict[str, Array]
    transposed: frozenset[str] = frozenset()
    shuffled: bool = False


def draw(rng: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> Array:
    """Random bytes, so that floats hold every kind of value, NaN with its payload included."""
    if DTYPES[dtype] == "|b1":
        return np.asarray(rng.integers(0, 2, size=shape), dtype=bool)
    item = np.dtype(DTYPES[dtype])
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(rng.bytes(count * item.itemsize), dtype=item).reshape(shape).copy()


def name(rng: np.random.Generator) -> str:
    """A fresh name, with what a JSON writer by hand would trip over."""
    tail = rng.choice(["weight", "bias", 'q"uoted', "back\\slash", "überlang"])
    return f"layers.{int(rng.integers(100))}.{rng.bytes(4).hex()}.{tail}"


def cases(rng: np.random.Generator, count: int) -> list[Case]:
    """The smallest first; in each an odd number of bytes comes before the widest items."""
    one = Case("one F32 tensor of 4 items", {name(rng): draw(rng, "F32", (4,))})
    found = [one, Case("no tensor at all", {}), _every_dtype(rng)]
    for number in range(count):
        tensors = {name(rng): draw(rng, "U8", (2 * int(rng.integers(1, 9)) + 1,)), name(rng): draw(rng, "F64", (3,))}
        for _ in range(int(rng.integers(3, 12))):
            shape = SHAPES[int(rng.integers(len(SHAPES)))]
            tensors[name(rng)] = draw(rng, str(rng.choice(list(DTYPES))), shape)
        wide = name(rng)
        tensors[wide] = draw(rng, "F32", (int(rng.integers(2, LARGEST)), int(rng.integers(2, LARGEST))))
        found.append(Case(f"drawn set {number + 1} of {len(tensors)} tensors", tensors, frozenset({wide})))
    return found


def _every_dtype(rng: np.random.Generator) -> Case:
    tensors = {name(rng): draw(rng, "BOOL", (3,))}
    for number, dtype in enumerate(reversed(DTYPES)):
        tensors[name(rng)] = draw(rng, dtype, SHAPES[number % len(SHAPES)])
    return Case(f"every dtype, {len(tensors)} tensors", tensors, shuffled=True)
