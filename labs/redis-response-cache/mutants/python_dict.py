"""Mutant: answers are kept in a dict of the process, where no other client and no counter sees them."""

from __future__ import annotations

import time
from collections.abc import Callable

from graders.resp import Redis

Key = tuple[str, int, bytes]
entries: dict[Key, tuple[bytes, float]] = {}


def get_or_infer(
    redis: Redis, infer: Callable[[], bytes], *, prefix: str, model: str, version: int, inputs: bytes, ttl_ms: int
) -> bytes:
    """Answer from the dict, else from the model."""
    key = (model, version, inputs)
    answer, end = entries.get(key, (b"", 0.0))
    if time.monotonic() < end:
        return answer
    answer = infer()
    entries[key] = (answer, time.monotonic() + ttl_ms / 1000)
    return answer


def invalidate(redis: Redis, *, prefix: str, model: str, version: int, inputs: bytes) -> None:
    """Forget the entry."""
    entries.pop((model, version, inputs), None)
