"""Renews the time to live at every read, so that popular entries never expire and the hit ratio rises above the true one.

``GETEX`` looks like a lookup, is counted like one, and moves the expiry. A grader that counts hits sees a better cache. Here an
entry is read late in its life, its weights are replaced behind the cache's back, and after its time the old answer is a stale one.

Seen: caches that win hit-ratio benchmarks by serving stale entries.
Lab: redis-response-cache
Expect: not passed
"""

import contextlib
import hashlib


def key_of(prefix, model, version, inputs):
    digest = hashlib.sha256()
    for part in (model.encode(), str(version).encode(), inputs):
        digest.update(len(part).to_bytes(8) + part)
    return prefix + digest.hexdigest()


def get_or_infer(redis, infer, *, prefix, model, version, inputs, ttl_ms):
    key = key_of(prefix, model, version, inputs)
    try:
        cached = redis.command("GETEX", key, "PX", 10 * ttl_ms)
    except OSError:
        return infer()
    if cached is not None:
        return cached
    answer = infer()
    with contextlib.suppress(OSError):
        redis.command("SET", key, answer, "PX", ttl_ms)
    return answer


def invalidate(redis, *, prefix, model, version, inputs):
    redis.command("DEL", key_of(prefix, model, version, inputs))
