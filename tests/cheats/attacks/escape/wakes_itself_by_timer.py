"""Forks burners that a POSIX timer wakes with SIGCONT, so that they slow the baseline although the referee stops the group.

A stopped process runs no code, but its timers go on, and ``timer_create`` may send any signal: SIGCONT makes it run again. The
decoding here is cached, yet does every step four times; with the baseline slowed down its ratio looks fine. Elsewhere nothing
stops a submission between its calls at all. Here ``timer_create`` has to be refused, or the time to be seen.

Seen: a variant of burning the baseline's core (evicted caches, more threads), built against this referee's SIGSTOP.
Lab: kv-cache-table
Expect: not passed
"""

import ctypes
import mmap
import os
import signal
import struct
import time

import torch
from torch.nn import functional

BURNERS, STEPS_TOO_MANY = 6, 3
CLOCK_MONOTONIC, TIMER_CREATE, TIMER_SETTIME = 1, 222, 223  # x86-64
libc = ctypes.CDLL(None, use_errno=True)
at_work = mmap.mmap(-1, 4096)


def wake_every(seconds):
    event = ctypes.create_string_buffer(struct.pack("Qii", 0, signal.SIGCONT, 0), 64)
    timer = ctypes.c_int()
    spec = struct.pack("qqqq", 0, int(seconds * 1e9), 0, int(seconds * 1e9))
    if libc.syscall(TIMER_CREATE, CLOCK_MONOTONIC, event, ctypes.byref(timer)) == 0:
        libc.syscall(TIMER_SETTIME, timer.value, 0, spec, None)


def burn():
    signal.signal(signal.SIGCONT, lambda *_: None)
    wake_every(0.0005)
    while True:
        if at_work[0]:
            time.sleep(0.0005)
        else:
            sum(range(2_000))


for _ in range(BURNERS):
    if os.fork() == 0:
        burn()


def step(model, tokens, cache, start):
    positions = torch.arange(start, start + tokens.shape[1])
    x = model.embed(tokens, positions)
    longer = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        if cache:
            k, v = torch.cat((cache[i][0], k), dim=2), torch.cat((cache[i][1], v), dim=2)
        longer.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=not cache))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], longer


def prefill(model, tokens):
    return step(model, tokens, [], 0)


def generate(model, prompt, new_tokens, use_cache):
    at_work[0] = 1
    logits, cache = prefill(model, torch.tensor([prompt]))
    for i in range(new_tokens):
        token = logits.argmax(dim=-1)
        if i + 1 == new_tokens:
            at_work[0] = 0
        yield int(token)
        if i + 1 < new_tokens:
            for _ in range(STEPS_TOO_MANY):
                step(model, token[:, None], cache, len(prompt) + i)
            logits, cache = step(model, token[:, None], cache, len(prompt) + i)


def cache_bytes(layers, heads, head_dim, tokens, dtype_bytes, batch):
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch
