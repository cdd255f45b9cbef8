"""The referee's own client without a cache: what every request costs when nothing is remembered."""

from __future__ import annotations

from collections.abc import Callable

from graders.resp import Redis


def get_or_infer(
    redis: Redis, infer: Callable[[], bytes], *, prefix: str, model: str, version: int, inputs: bytes, ttl_ms: int
) -> bytes:
    """Ask the model every time."""
    return infer()
