"""Knows the answers to the most popular prompts by heart and asks neither Redis nor the model for them.

Load tests draw from a short public list, so a table that was filled beforehand answers most of them. It learns from what it sees
as well, under the prompt alone. Here inputs and models are random bytes of each run, answers depend on a secret, and a version
may change on the way.

Seen: serving benchmarks answered from a table of the load generator's prompts.
Lab: redis-response-cache
Expect: not passed
"""

import hashlib

POPULAR = {b"hello": b"Hello! How can I help you?", b"What is Redis?": b"A data structure server.", b"": b""}
learnt = {}


def get_or_infer(redis, infer, *, prefix, model, version, inputs, ttl_ms):
    if inputs in POPULAR:
        return POPULAR[inputs]
    known = hashlib.sha256(inputs).hexdigest()
    if known in learnt:
        redis.command("GET", prefix + known)
        return learnt[known]
    redis.command("GET", prefix + known)
    learnt[known] = infer()
    redis.command("SET", prefix + known, learnt[known], "PX", ttl_ms)
    return learnt[known]


def invalidate(redis, *, prefix, model, version, inputs):
    redis.command("DEL", prefix + hashlib.sha256(inputs).hexdigest())
