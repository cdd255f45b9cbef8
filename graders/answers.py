"""Reads typed values out of a worker's message; anything else than what was asked for is the solution's error."""

from __future__ import annotations

from graders.errors import SolutionError
from graders.protocol import Body

LARGEST = 1 << 62


def integer(body: Body, key: str) -> int:
    """Return an int of reasonable size; raises SolutionError otherwise (a bool is no int here)."""
    return _integer(body.get(key), key)


def integers(body: Body, key: str) -> list[int]:
    """Return a list of ints; raises SolutionError otherwise."""
    values = body.get(key)
    if not isinstance(values, list):
        raise SolutionError(f"the answer's {key!r} is no list")
    return [_integer(value, key) for value in values]


def _integer(value: object, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SolutionError(f"the answer's {key!r} is no integer")
    if abs(value) > LARGEST:
        raise SolutionError(f"the answer's {key!r} is larger than anything this lab knows")
    return value
