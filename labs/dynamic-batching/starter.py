"""Configure the dynamic batcher of a real Triton server, and choose its numbers.

The model stands for a device that takes ``base_ms + n * item_ms`` for a batch of n and does one batch at a time. Its tensors:

    input   x      INT64, 4 items
    output  y      INT64, 4 items     3 * x + 1
    output  batch  INT64, 1 item      size of the batch in which the request was computed

This file runs, but its configuration is empty and it never finds a plan.
"""

from __future__ import annotations

OVERHEAD_MS = 5.0  # what server, network and clients may take of the limit, beside queue and device


def config(name: str, max_batch_size: int, preferred: list[int], delay_us: int | None) -> str:
    """Return the text of a config.pbtxt for the model ``name``.

    Write this: name, backend "python", ``max_batch_size``, the tensors above (``dims`` leave the batch dimension out), one instance on
    the CPU (``count: 1``, ``kind: KIND_CPU``), and ``dynamic_batching`` with ``max_queue_delay_microseconds``. ``preferred`` are the
    preferred batch sizes; without any, leave the field out. ``delay_us`` None means no batcher: no ``dynamic_batching`` at
    all, for even an empty one switches it on. No further fields, and none twice.
    """
    return ""


def tune(base_ms: float, item_ms: float, clients: int, slo_ms: float) -> tuple[int, int] | None:
    """Return (max_batch_size, delay_us) for a batcher without preferred sizes, or None when no numbers will do.

    Write this: at the peak ``clients`` clients each wait for their answer before they ask again; at night one client does. Every request,
    at the peak and at night, has to be answered within ``slo_ms``, OVERHEAD_MS included. Among all numbers that do, take those
    with the highest throughput at the peak. A batch starts when it is full (``max_batch_size``), or when its oldest request
    has waited ``delay_us`` microseconds and the device is free.
    """
    return None
