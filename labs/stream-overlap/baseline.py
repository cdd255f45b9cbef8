"""The referee's own serial pipeline: the denominator that the learner's code cannot touch."""

from __future__ import annotations

from typing import Any


def serial(device: Any) -> None:
    """Copy in, compute and copy out one chunk after the other."""
    device.pin()
    stream = device.stream()
    for chunk in range(device.chunks):
        stream.copy_in(chunk, 0)
        stream.compute(0)
        stream.copy_out(0, chunk)
    device.synchronize()
