"""Write a client-side response cache on Redis.

``redis`` is one open connection with one method, and what you write is the Redis protocol itself:

    redis.command("GET", key)                       -> bytes, or None for a key that is absent or expired
    redis.command("SET", key, value, "PX", 1000)    -> "OK"; the key disappears after 1000 ms
    redis.command("DEL", key)                       -> number of keys deleted

``value`` may be bytes. A server that is gone or silent raises OSError (ConnectionError, TimeoutError).

Two processes run your code against the same Redis, and requests go to either. This file runs and its answers are right,
but every one of them costs a run of the model.
"""

from __future__ import annotations

from collections.abc import Callable

from graders.resp import Redis


def get_or_infer(
    redis: Redis, infer: Callable[[], bytes], *, prefix: str, model: str, version: int, inputs: bytes, ttl_ms: int
) -> bytes:
    """Return the model's answer to one request, from Redis where it is there.

    Args:
        redis: the connection described above.
        infer: runs the slow model on this request and returns its answer, some kilobytes.
        prefix: every key that you write begins with it; the rest of the keyspace belongs to others.
        model, version, inputs: what the answer depends on. All three must reach the key, unambiguously.
        ttl_ms: how long the entry may be served, in milliseconds from when it is written; reading does not renew it.

    Write this: build the key, GET it once (hits and misses are counted by Redis: exactly one GET for each lookup, no
    EXISTS or TTL), on a miss run ``infer`` once and SET the answer with its expiry, exactly ``ttl_ms``. When Redis
    raises OSError, answer from the model: a lost cache makes requests slow, it fails none.
    """
    return infer()


def invalidate(redis: Redis, *, prefix: str, model: str, version: int, inputs: bytes) -> None:
    """Make sure that no client is served the stored answer to this request again.

    Called on one of the clients after the model's weights were replaced under the same version number. Write this: DEL
    the same key that ``get_or_infer`` builds.
    """
