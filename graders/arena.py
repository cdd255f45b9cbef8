"""Shared memory for tensors and bytes: the referee declares dtype and shape, the worker only fills in values."""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64  # bytes, one cache line
INTEGER_POISON = -0x5A5A5A5A


@dataclass(frozen=True)
class Slot:
    """A place in the arena: byte offset, numpy dtype name, shape."""

    offset: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def describe(self) -> dict[str, Any]:
        """Return the JSON form that travels in a request."""
        return {"offset": self.offset, "dtype": self.dtype, "shape": list(self.shape)}

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Slot:
        """Rebuild a slot from its JSON form."""
        return cls(int(data["offset"]), str(data["dtype"]), tuple(int(n) for n in data["shape"]))


class Arena:
    """One block of shared memory for one worker, cut into slots from the front.

    The block is sparse: memory is used only once it is written.
    """

    def __init__(self, fd: int, size: int) -> None:
        self.fd = fd
        self.size = size
        self._map = mmap.mmap(fd, size)
        self._used = 0

    @classmethod
    def create(cls, size: int) -> Arena:
        """Make a fresh anonymous block of ``size`` bytes."""
        if hasattr(os, "memfd_create"):
            fd = os.memfd_create("graders-arena")
        else:
            with tempfile.TemporaryFile() as file:
                fd = os.dup(file.fileno())
        os.ftruncate(fd, size)
        return cls(fd, size)

    def place(self, dtype: str, shape: Sequence[int]) -> Slot:
        """Reserve a slot; raises MemoryError when the arena is full."""
        slot = Slot(self._used, dtype, tuple(shape))
        end = slot.offset + slot.nbytes
        if end > self.size:
            raise MemoryError(f"arena of {self.size} bytes is full")
        self._used = -(-end // ALIGNMENT) * ALIGNMENT
        return slot

    def store(self, values: NDArray[Any]) -> Slot:
        """Reserve a slot and copy ``values`` into it."""
        slot = self.place(values.dtype.name, values.shape)
        self.view(slot)[...] = values
        return slot

    def view(self, slot: Slot) -> NDArray[Any]:
        """Return a writable numpy view, shape as declared; raises ValueError outside the arena."""
        if slot.offset < 0 or slot.offset + slot.nbytes > self.size:
            raise ValueError(f"slot {slot} lies outside the arena of {self.size} bytes")
        flat = np.frombuffer(self._map, dtype=slot.dtype, count=math.prod(slot.shape), offset=slot.offset)
        return flat.reshape(slot.shape)

    def poison(self, slot: Slot) -> None:
        """Fill with NaN (floats) or a sentinel (integers) so that an unwritten output cannot look right."""
        view = self.view(slot)
        if view.dtype.kind in "fc":
            view[...] = np.nan
        else:
            view[...] = np.array(INTEGER_POISON).astype(view.dtype)

    def mark(self) -> int:
        """Return the fill level, to be given to ``reset`` later."""
        return self._used

    def reset(self, mark: int) -> None:
        """Release every slot that was placed after ``mark``."""
        self._used = mark

    def close(self) -> None:
        """Close the file descriptor; the mapping goes when the last view does."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
