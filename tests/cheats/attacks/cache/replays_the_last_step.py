"""Repeats the logits of the last step every second time, and lets the cache grow as if it had computed something.

Neighbouring outputs are alike, and an output buffer that still holds the last right answer passes a loose comparison. Half of
the steps then cost nothing. Here each token is compared with a float64 run that was given the tokens before it.

Seen: kernel leaderboards: the output of the call before returned again.
Lab: prefill-decode
Expect: not passed
"""

import torch
from torch.nn import functional

last = {}


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
    logits, cache = run(model, tokens, [], 0)
    last["logits"], last["skip"] = logits, False
    return logits, cache


def decode_step(model, token, cache):
    last["skip"] = not last["skip"]
    if last["skip"]:
        longer = [(torch.cat((k, k[:, :, -1:]), dim=2), torch.cat((v, v[:, :, -1:]), dim=2)) for k, v in cache]
        return last["logits"].roll(1, dims=-1), longer
    last["logits"], longer = run(model, token[:, None], cache, cache[0][0].shape[2])
    return last["logits"], longer


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
