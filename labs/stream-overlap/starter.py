"""Feed chunks through a device that copies and computes at the same time.

``device`` has three engines (copy in, compute, copy out). Each works off its queue in the order in which operations were issued, one
at a time, while your program goes on. What you can do with it:

    device.chunks                     # number of chunks; device.buffers: buffers on the device
    device.pin()                      # page-lock the host memory; without it every copy blocks the host
    s = device.stream()               # operations of a stream run in the order of issue
    s.copy_in(chunk, buffer)          # host chunk -> device buffer          (returns at once)
    s.compute(buffer)                 # works in place                       (returns at once)
    s.copy_out(buffer, chunk)         # device buffer -> result of the chunk (returns at once)
    event = s.record()                # marks this point of the stream
    s.wait(event)                     # later operations of s wait for it; the host does not
    event.synchronize()               # the host waits; so do s.synchronize() and device.synchronize()

Every chunk must be copied in, computed once and copied out, and all of it must be over when a function returns. This file runs and
does nothing.
"""

from __future__ import annotations

from typing import Any


def serial(device: Any) -> None:
    """Run all chunks one after the other: one stream, one buffer. It takes the sum of all stages."""


def overlapped(device: Any) -> None:
    """Run all chunks so that copies and computation overlap, with ``device.buffers`` buffers (two)."""


def ideal_timeline(chunks: int, buffers: int, copy_in: int, compute: int, copy_out: int) -> list[list[int]]:
    """Predict the overlapped run: when does which operation run, in the unit of the three durations?

    Chunk i uses buffer ``i % buffers``; every engine takes the chunks in order and starts as early as it may; the first copy starts
    at 0. Returns six times for each chunk: start and end of its copy in, of its computation, of its copy out.
    """
    return []


def bottleneck(buffers: int, copy_in: int, compute: int, copy_out: int) -> str:
    """Name what limits a long overlapped run: "copy_in", "compute", "copy_out", or "buffers".

    In the long run a chunk leaves every max(longest stage, sum of the stages / buffers) units. "buffers" when only another
    buffer would help; the stages are never equally long.
    """
    return ""
