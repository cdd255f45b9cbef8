"""Numbers the places of a kernel's code, so that lanes which stand at the same place can run together.

A place is the path of bytecode offsets from the kernel to the innermost function that it called.
"""

from __future__ import annotations

import dis
from types import CodeType, FrameType

import numpy as np
from numpy.typing import NDArray

MOST_FRAMES = 32

Step = tuple[int, int, int]  # offset, first line of the function, and its number: two lambdas may share a line
Place = tuple[Step, ...]  # outermost frame first


class Positions:
    """Places seen so far; ``outside`` is the file whose frames end a path."""

    def __init__(self, outside: str) -> None:
        self._outside = outside
        self._raw: dict[tuple[int, ...], int] = {}
        self._numbers: dict[Place, int] = {}
        self._codes: dict[int, tuple[CodeType, int, list[int]]] = {}  # keeps the code alive, and with it its id

    def number(self, frame: FrameType) -> int:
        """Number of the place at which ``frame`` and its callers stand now; raises ValueError for too many callers.

        The calls are part of the place: where their upper end were cut off, two sides of a branch would look like one.
        """
        path: list[int] = []
        here: FrameType | None = frame
        while here is not None and here.f_code.co_filename != self._outside:
            if len(path) == 2 * MOST_FRAMES:
                raise ValueError(f"a kernel calls functions at most {MOST_FRAMES} deep")
            path += (id(here.f_code), here.f_lasti)
            here = here.f_back
        raw = tuple(path)
        found = self._raw.get(raw)
        if found is None:
            found = self._raw[raw] = self._numbers.setdefault(self._place(frame, len(path) // 2), len(self._numbers))
        return found

    def in_program_order(self) -> NDArray[np.int32]:
        """Rank of each number: the place that comes first in the code has rank 0."""
        rank = np.empty(len(self._numbers), dtype=np.int32)
        rank[[self._numbers[place] for place in sorted(self._numbers)]] = np.arange(len(rank))
        return rank

    def _place(self, frame: FrameType, depth: int) -> Place:
        steps = []
        here: FrameType | None = frame
        for _ in range(depth):
            assert here is not None
            code = here.f_code
            # A specialised instruction stands on one of its cache entries: count it as where it begins.
            number, table = self._code(code)
            steps.append((table[here.f_lasti // 2], code.co_firstlineno, number))
            here = here.f_back
        return tuple(reversed(steps))

    def _code(self, code: CodeType) -> tuple[int, list[int]]:
        """Number of a function, and where the instruction at each of its offsets begins."""
        if id(code) not in self._codes:
            table = [0] * (len(code.co_code) // 2)
            begins = [instruction.offset // 2 for instruction in dis.get_instructions(code)]
            for begin, end in zip(begins, [*begins[1:], len(table)], strict=True):
                table[begin:end] = [begin] * (end - begin)
            self._codes[id(code)] = code, len(self._codes), table
        return self._codes[id(code)][1:]
