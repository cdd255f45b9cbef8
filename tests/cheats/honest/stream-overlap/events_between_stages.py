"""Another right way: a stream for each stage, and events where one has to wait for another; it prints each chunk.

Lab: stream-overlap
Expect: passed
"""

from __future__ import annotations

from typing import Any


def serial(device: Any) -> None:
    """One stream, one buffer: every operation waits for the one before it."""
    device.pin()
    stream = device.stream()
    for chunk in range(device.chunks):
        stream.copy_in(chunk, 0)
        stream.compute(0)
        stream.copy_out(0, chunk)
    device.synchronize()


def ideal_timeline(chunks: int, buffers: int, copy_in: int, compute: int, copy_out: int) -> list[list[int]]:
    """An operation starts when its engine and its data are ready."""
    rows: list[list[int]] = []
    for chunk in range(chunks):
        before = rows[-1] if rows else [0] * 6
        owner = rows[chunk - buffers] if chunk >= buffers else [0] * 6
        start_in = max(before[1], owner[5])
        start_compute = max(start_in + copy_in, before[3])
        start_out = max(start_compute + compute, before[5])
        rows.append(
            [start_in, start_in + copy_in, start_compute, start_compute + compute, start_out, start_out + copy_out]
        )
    return rows


def bottleneck(buffers: int, copy_in: int, compute: int, copy_out: int) -> str:
    """A buffer is occupied for the sum of the stages; an engine for its own stage."""
    stages = {"copy_in": copy_in, "compute": compute, "copy_out": copy_out}
    longest = max(stages, key=lambda name: stages[name])
    return "buffers" if sum(stages.values()) > buffers * stages[longest] else longest


def overlapped(device: Any) -> None:
    """Events say when a buffer is filled, computed and free again."""
    device.pin()
    first, second, third = device.stream(), device.stream(), device.stream()
    free: list[Any] = [None] * device.buffers
    for chunk in range(device.chunks):
        buffer = chunk % device.buffers
        if free[buffer] is not None:
            first.wait(free[buffer])
        first.copy_in(chunk, buffer)
        second.wait(first.record())
        second.compute(buffer)
        third.wait(second.record())
        third.copy_out(buffer, chunk)
        free[buffer] = third.record()
        print(f"chunk {chunk}", flush=True)
    device.synchronize()
