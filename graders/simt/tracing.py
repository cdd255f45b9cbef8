"""Runs in the worker: calls a kernel once for each thread and records what it does, without any data."""

from __future__ import annotations

import inspect
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from graders.simt.launch import LANES, SHARED_BYTES, WORD_BYTES, Launch
from graders.simt.merging import COLUMNS, Stream, lockstep
from graders.simt.positions import Positions
from graders.simt.program import ADD, BARRIER, DIV, FIRST_CONSTANT, LOAD, MUL, NONE, STORE, SUB, Program, shared_words

MOST_OPERATIONS = 4_000_000  # of all threads together
LARGEST_INDEX = 2**31 - 1


class Index(NamedTuple):
    """An (x, y) index or size."""

    x: int
    y: int


class Register:
    """What a load or a calculation gave: a float32 that only the referee's machine will know.

    It can be added, subtracted, multiplied, divided, negated and stored. A branch or an address cannot depend on it.
    """

    __slots__ = ("_number", "_thread", "_tracer")

    def __init__(self, tracer: Tracer, thread: int, number: int) -> None:
        self._tracer, self._thread, self._number = tracer, thread, number

    def __add__(self, other: Any) -> Register:
        return self._tracer.calculate(ADD, self, other)

    def __radd__(self, other: Any) -> Register:
        return self._tracer.calculate(ADD, other, self)

    def __sub__(self, other: Any) -> Register:
        return self._tracer.calculate(SUB, self, other)

    def __rsub__(self, other: Any) -> Register:
        return self._tracer.calculate(SUB, other, self)

    def __mul__(self, other: Any) -> Register:
        return self._tracer.calculate(MUL, self, other)

    def __rmul__(self, other: Any) -> Register:
        return self._tracer.calculate(MUL, other, self)

    def __truediv__(self, other: Any) -> Register:
        return self._tracer.calculate(DIV, self, other)

    def __rtruediv__(self, other: Any) -> Register:
        return self._tracer.calculate(DIV, other, self)

    def __neg__(self) -> Register:
        return self._tracer.calculate(SUB, 0.0, self)

    def __pos__(self) -> Register:
        return self

    def _unknown(self, *_: object) -> NoReturn:
        raise TypeError(
            "a value from memory is not known while the kernel is traced: branch and index on thread indices"
        )

    __bool__ = __int__ = __float__ = __index__ = __abs__ = _unknown
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _unknown
    __hash__ = None  # type: ignore[assignment]


class Array:
    """A flat float32 array in global or shared memory: ``a[i]`` is a load, ``a[i] = v`` a store."""

    __slots__ = ("_number", "_tracer")

    def __init__(self, tracer: Tracer, number: int) -> None:
        self._tracer, self._number = tracer, number

    def __getitem__(self, index: Any) -> Register:
        return self._tracer.load(self._number, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._tracer.store(self._number, index, value)

    def __iter__(self) -> NoReturn:
        raise TypeError("a kernel's array has no end to iterate to: the length is an argument of its own")


class Thread:
    """One thread, as CUDA names things: ``threadIdx``, ``blockIdx``, ``blockDim``, ``gridDim``, each with x and y."""

    def __init__(self, tracer: Tracer, block: int, thread: int) -> None:
        launch = tracer.launch
        self._tracer = tracer
        self.blockDim = Index(*launch.block)
        self.gridDim = Index(*launch.grid)
        self.threadIdx = Index(thread % launch.block[0], thread // launch.block[0])
        self.blockIdx = Index(block % launch.grid[0], block // launch.grid[0])

    def shared(self, length: int) -> Array:
        """The block's next shared array of ``length`` floats: all threads ask for the same ones in the same order."""
        return self._tracer.shared_array(length)

    def syncthreads(self) -> None:
        """Barrier of the block."""
        self._tracer.barrier()


class Tracer:
    """Records the operations of the thread that runs now."""

    def __init__(self, launch: Launch, arrays: int) -> None:
        self.launch = launch
        self._arrays = arrays
        self._thread = -1
        self._operations: list[int] = []
        self._count = self._total = 0
        self._asked = 0  # shared arrays of this thread
        self.shared: list[int] = []
        self.constants: dict[float, int] = {}
        self.positions = Positions(Tracer.run.__code__.co_filename)

    def run(self, kernel: Callable[..., Any], block: int, thread: int, arguments: Sequence[Any]) -> Stream:
        """Run one thread to its end; returns its operations, shape (n, COLUMNS)."""
        self._thread += 1
        self._operations = []
        self._count = self._asked = 0
        kernel(Thread(self, block, thread), *arguments)
        return np.array(self._operations, dtype=np.int32).reshape(-1, COLUMNS)

    def load(self, array: int, index: Any) -> Register:
        """Record a load."""
        return self._record(LOAD, array, _address(index), NONE, NONE)

    def store(self, array: int, index: Any, value: Any) -> None:
        """Record a store."""
        self._record(STORE, array, _address(index), self._operand(value), NONE)

    def calculate(self, op: int, left: Any, right: Any) -> Register:
        """Record arithmetic on two operands."""
        return self._record(op, 0, 0, self._operand(left), self._operand(right))

    def barrier(self) -> None:
        """Record a barrier."""
        self._record(BARRIER, 0, 0, NONE, NONE)

    def shared_array(self, length: int) -> Array:
        """Hand out the thread's next shared array."""
        length = operator.index(length)
        if self._asked == len(self.shared):
            if length < 0 or shared_words([*self.shared, length]) > SHARED_BYTES // WORD_BYTES:
                raise ValueError("a block has 48 KiB of static shared memory, 12,288 floats")
            self.shared.append(length)
        elif self.shared[self._asked] != length:
            raise ValueError("all threads of a block ask for the same shared arrays in the same order")
        self._asked += 1
        return Array(self, self._arrays + self._asked - 1)

    def _operand(self, value: Any) -> int:
        if isinstance(value, Register):
            if value._thread != self._thread or value._tracer is not self:
                raise TypeError("this value is in another thread's register: threads exchange data through memory")
            return value._number
        constant = float(value)
        return FIRST_CONSTANT - self.constants.setdefault(constant, len(self.constants))

    def _record(self, op: int, array: int, index: int, a: int, b: int) -> Register:
        self._total += 1
        if self._total > MOST_OPERATIONS:
            raise ValueError(f"the kernel runs more than {MOST_OPERATIONS:,} operations: does its loop end?")
        # Frames: this one, the tracer's method, the array's or register's, then the learner's.
        self._operations += (self.positions.number(sys._getframe(3)), op, array, index, a, b)
        self._count += 1
        return Register(self, self._thread, self._count - 1)


def trace(kernel: Callable[..., Any], launch: Launch, arguments: Sequence[int | float | None]) -> Program:
    """Return the program of ``kernel(thread, *arguments)``; None stands for the next global array.

    Raises TypeError and ValueError with a sentence for the learner, and whatever his kernel raises.
    """
    if inspect.isgeneratorfunction(kernel) or inspect.iscoroutinefunction(kernel):
        raise TypeError("a kernel is a plain function: it calls t.syncthreads() and does not yield")
    tracer = Tracer(launch, sum(argument is None for argument in arguments))
    numbers = iter(range(len(arguments)))
    given = [Array(tracer, next(numbers)) if argument is None else argument for argument in arguments]
    streams = [
        [tracer.run(kernel, block, thread, given) for thread in range(first, min(first + LANES, launch.threads))]
        for block in range(launch.blocks)
        for first in range(0, launch.threads, LANES)
    ]
    order = tracer.positions.in_program_order()
    for warp in streams:
        for stream in warp:
            stream[:, 0] = order[stream[:, 0]]
    return lockstep(streams, tuple(tracer.shared), np.array(list(tracer.constants), dtype=np.float32))


def _address(index: Any) -> int:
    if isinstance(index, Register):
        index._unknown()
    if isinstance(index, tuple | slice | float):
        raise TypeError(f"an array is flat: index it with one int such as row * columns + column, not {index!r:.40}")
    return max(-LARGEST_INDEX, min(LARGEST_INDEX, operator.index(index)))
