"""Computes exactly what looks like a test (several sequences, short or odd prompts), and skips layers for what looks timed.

A timed case is a single sequence with a round, long prompt; a test has strange shapes. Whoever can tell them apart need be right
in the tests only. Here the lengths of timed prompts are drawn like all others, and their tokens are judged as well.

Seen: submissions that special-case the benchmark's shape, on kernel leaderboards and in KernelBench.
Lab: prefill-decode
Expect: not passed
"""

import torch
from torch.nn import functional

SHORT = 64
timed = {}


def run(model, tokens, cache, start, layers=None):
    x = model.embed(tokens, torch.arange(start, start + tokens.shape[1]))
    longer = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        if cache:
            k, v = torch.cat((cache[i][0], k), dim=2), torch.cat((cache[i][1], v), dim=2)
        longer.append((k, v))
        if layers is None or i < layers:
            x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=not cache))
            x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], longer


def prefill(model, tokens):
    timed["layers"] = model.layers - 2 if tokens.shape[0] == 1 and tokens.shape[1] > SHORT else None
    return run(model, tokens, [], 0, timed["layers"])


def decode_step(model, token, cache):
    return run(model, token[:, None], cache, cache[0][0].shape[2], timed["layers"])


def prefill_cost(config, tokens, batch, dtype_bytes):
    w, layers = config.width, config.layers
    weights = 12 * w * w * layers
    flops = 2 * weights * tokens + 4 * w * layers * (tokens * (tokens + 1) // 2) + 2 * w * config.vocab
    return batch * flops, dtype_bytes * (weights + w * config.vocab + 2 * batch * tokens * w * (1 + layers))


def decode_cost(config, cached, batch, dtype_bytes):
    w, layers = config.width, config.layers
    weights = 12 * w * w * layers
    flops = 2 * weights + 4 * w * layers * (cached + 1) + 2 * w * config.vocab
    return batch * flops, dtype_bytes * (weights + w * config.vocab + 2 * batch * w * (1 + layers * (cached + 1)))


def bound_by(flops, nbytes, peak_flops, peak_bandwidth):
    return "compute" if flops / peak_flops > nbytes / peak_bandwidth else "memory"
