"""The reference, which prints hits, misses and bytes for each request.

Lab: redis-response-cache
Expect: passed
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from graders.resp import Redis


def cache_key(prefix: str, model: str, version: int, inputs: bytes) -> str:
    """Hash everything the answer depends on; the lengths keep "ab" + "c" apart from "a" + "bc"."""
    digest = hashlib.sha256()
    for part in (model.encode(), str(version).encode(), inputs):
        digest.update(len(part).to_bytes(8) + part)
    return prefix + digest.hexdigest()


def get_or_infer(
    redis: Redis, infer: Callable[[], bytes], *, prefix: str, model: str, version: int, inputs: bytes, ttl_ms: int
) -> bytes:
    """Answer from Redis, else from the model; without Redis, from the model alone."""
    key = cache_key(prefix, model, version, inputs)
    try:
        cached = redis.command("GET", key)
    except OSError:
        return infer()
    print("hit" if cached is not None else "miss", model, version, len(inputs), flush=True)
    if cached is not None:
        return cached
    answer = infer()
    try:
        redis.command("SET", key, answer, "PX", ttl_ms)
    except OSError:
        print("the answer could not be stored")
    return answer


def invalidate(redis: Redis, *, prefix: str, model: str, version: int, inputs: bytes) -> None:
    """Delete the entry, for all clients at once."""
    redis.command("DEL", cache_key(prefix, model, version, inputs))
