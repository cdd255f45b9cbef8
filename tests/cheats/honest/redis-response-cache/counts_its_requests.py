"""The reference with legitimate state: keys it has computed before, and its own counts of hits and misses.

Lab: redis-response-cache
Expect: passed
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from graders.resp import Redis

KEYS: dict[tuple[str, str, int, bytes], str] = {}
COUNTS = {"hit": 0, "miss": 0}


def known_key(prefix: str, model: str, version: int, inputs: bytes) -> str:
    """Hash each request once in the life of the process."""
    named = (prefix, model, version, inputs)
    if named not in KEYS:
        KEYS[named] = cache_key(*named)
    return KEYS[named]


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
    key = known_key(prefix, model, version, inputs)
    try:
        cached = redis.command("GET", key)
    except OSError:
        return infer()
    COUNTS["miss" if cached is None else "hit"] += 1
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
    redis.command("DEL", known_key(prefix, model, version, inputs))
