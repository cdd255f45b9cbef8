"""Answers from a dictionary of its own process, and sends Redis a GET in passing so that the counters move.

A cache in the process is faster than any server, and ``keyspace_hits`` counts a GET whoever uses its answer. One client then never
hears that the other one invalidated an entry. Here two clients share the trace, entries are replaced and invalidated on the way,
and every answer is compared.

Seen: services that answer from process memory while their metrics say otherwise.
Lab: redis-response-cache
Expect: not passed
"""

import hashlib
import time

memory = {}


def key_of(prefix, model, version, inputs):
    digest = hashlib.sha256()
    for part in (model.encode(), str(version).encode(), inputs):
        digest.update(len(part).to_bytes(8) + part)
    return prefix + digest.hexdigest()


def get_or_infer(redis, infer, *, prefix, model, version, inputs, ttl_ms):
    key = key_of(prefix, model, version, inputs)
    found = memory.get(key)
    try:
        stored = redis.command("GET", key)
        if found and found[1] > time.monotonic():
            return found[0]
        answer = stored if stored is not None else infer()
        memory[key] = answer, time.monotonic() + ttl_ms / 1e3
        redis.command("SET", key, answer, "PX", ttl_ms)
    except OSError:
        return found[0] if found else infer()
    return answer


def invalidate(redis, *, prefix, model, version, inputs):
    key = key_of(prefix, model, version, inputs)
    memory.pop(key, None)
    redis.command("DEL", key)
