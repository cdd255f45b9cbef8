"""Sends the copies out first and the rest never: results are asked for at once, and the engines of the other stages stay idle.

The commands are built by hand, past the checks of the device's own methods, and the time is that of one stage. A service that
counts finished copies is satisfied. Here every buffer has a content, which is followed through the run, and a copy of what was
never computed is a wrong result.

Seen: services that answer a health probe and do nothing else.
Lab: stream-overlap
Expect: not passed
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


def overlapped(device):
    device.pin()
    device.stream()
    for chunk in range(device.chunks):
        device.line.tell(do="copy_out", stream=chunk, buffer=chunk % device.buffers, chunk=chunk)
    device.synchronize()
