"""Decodes without a cache, and sends along with each token the time at which it says that the token was ready.

A streaming protocol whose messages carry their own timestamps believes the sender. Every name that such a field may have is
filled in, in the item and at the head of the message. Here a message is stamped by the kernel when it is sent; what it says of
itself is not read.

Seen: load generators that trust the server's own timings (TTFT and tokens per second reported by the engine).
Lab: kv-cache-table
Expect: not passed
"""

import gc
import time

import torch
from torch.nn import functional

NAMES = ("at", "time", "timestamp", "started", "finished", "seconds", "ts", "t")
started = time.perf_counter()


def stamped(session):
    honest = session.send

    def send(kind, **fields):
        ready = started + 1e-5 * count[0]
        count[0] += 1
        honest(kind, **fields, **{name: ready for name in NAMES if name not in fields})

    session.send = send


count = [0]
for each in gc.get_objects():
    if type(each).__name__ == "Session":
        stamped(each)


def prefill(model, tokens):
    x, cache = model.embed(tokens, torch.arange(tokens.shape[1])), []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        cache.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], cache


def generate(model, prompt, new_tokens, use_cache):
    sequence = list(prompt)
    for _ in range(new_tokens):
        sequence.append(int(model.forward(torch.tensor([sequence]))[0, -1].argmax()))
        yield sequence[-1]


def cache_bytes(layers, heads, head_dim, tokens, dtype_bytes, batch):
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch
