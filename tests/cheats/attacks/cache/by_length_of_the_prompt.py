"""Generates once for each length of prompt, and answers every later prompt of that length with the tokens of the first.

Load generators repeat a handful of prompts, and tests a handful of lengths; the second answer then costs nothing. Here every
prompt is new and random, and every token of every timed generation is judged.

Seen: inference benchmarks answered from a response cache keyed by the prompt's length or hash.
Lab: kv-cache-table
Expect: not passed
"""

import torch
from torch.nn import functional

remembered = {}


def step(model, tokens, cache, start, layers=None):
    x = model.embed(tokens, torch.arange(start, start + tokens.shape[1]))
    longer = []
    for i in range(layers or model.layers):
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


def cache_bytes(layers, heads, head_dim, tokens, dtype_bytes, batch):
    return 2 * layers * heads * head_dim * tokens * dtype_bytes * batch


def generate(model, prompt, new_tokens, use_cache):
    if len(prompt) not in remembered:
        logits, cache = prefill(model, torch.tensor([prompt]))
        tokens = []
        for i in range(new_tokens):
            token = logits.argmax(dim=-1)
            tokens.append(int(token))
            logits, cache = step(model, token[:, None], cache, len(prompt) + i)
        remembered[len(prompt)] = tokens
    yield from remembered[len(prompt)]
