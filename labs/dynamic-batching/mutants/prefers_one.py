"""Mistake: 1 is the preferred size, so no request ever waits for company."""

from __future__ import annotations

OVERHEAD_MS = 5.0


def config(name: str, max_batch_size: int, preferred: list[int], delay_us: int | None) -> str:
    """The text of a config.pbtxt; without a delay there is no batcher at all."""
    batching = ""
    if delay_us is not None:
        sizes = f"  preferred_batch_size: [1]\n" if preferred else ""
        batching = f"dynamic_batching {{\n{sizes}  max_queue_delay_microseconds: {delay_us}\n}}\n"
    return f"""\
name: "{name}"
backend: "python"
max_batch_size: {max_batch_size}
input [ {{ name: "x" data_type: TYPE_INT64 dims: [ 4 ] }} ]
output [
  {{ name: "y" data_type: TYPE_INT64 dims: [ 4 ] }},
  {{ name: "batch" data_type: TYPE_INT64 dims: [ 1 ] }}
]
instance_group [ {{ count: 1 kind: KIND_CPU }} ]
{batching}"""


def tune(base_ms: float, item_ms: float, clients: int, slo_ms: float) -> tuple[int, int] | None:
    """A batch closes when everybody is in it; a lone request waits for as long as its limit allows."""
    if base_ms + clients * item_ms + OVERHEAD_MS > slo_ms:
        return None
    return clients, int(1000 * (slo_ms - OVERHEAD_MS - base_ms - item_ms))
