"""Asks for the solution's cache and its formula, on sizes that it cannot know before."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from bench import CALL_SECONDS, Bench
from design import PROMPTS
from numpy.typing import NDArray
from torch.nn import functional

from graders.answers import integer, integers
from graders.greedy import GreedyReference
from graders.outcome import Samples

LONGEST_HIDDEN = 300  # positions, below the model's context


def cache_samples(bench: Bench) -> Samples:
    """Measure bytes and values at the announced lengths and at a hidden one with a hidden batch, then the formula."""
    rng = bench.context.rng
    hidden = int(rng.integers(11, LONGEST_HIDDEN))
    shapes = [(1, length) for length in PROMPTS] + [(int(rng.integers(2, 5)), hidden)]
    return {"cache": [_cache_of(bench, batch, length) for batch, length in shapes], "formula": _ask_formula(bench)}


def _cache_of(bench: Bench, batch: int, length: int) -> Samples:
    """Return the bytes of the solution's cache and its largest distance from the reference (NaN if absent)."""
    worker, config, rng = bench.workers["solution"], bench.config, bench.context.rng
    mark = worker.arena.mark()
    tokens = rng.integers(0, config.vocab, size=(batch, length))
    place = worker.arena.store(tokens)
    out = worker.arena.place("float32", (config.layers, 2, batch, config.heads, length, config.head_dim))
    worker.arena.poison(out)
    timeout = bench.context.within(CALL_SECONDS)
    reply = worker.call("prefill", timeout=timeout, tokens=place.describe(), out=out.describe())
    size = sum(integers(reply.body, "sizes"))
    found = worker.arena.view(out).astype(np.float64)
    worker.arena.reset(mark)
    distance = float(np.abs(found - _reference_cache(bench.reference, tokens)).max())
    return {"batch": batch, "length": length, "bytes": size, "error": distance}


def _reference_cache(reference: GreedyReference, tokens: NDArray[np.int64]) -> NDArray[Any]:
    model, layers = reference.model, []
    with torch.no_grad():
        x = model.embed(torch.from_numpy(tokens.copy()), torch.arange(tokens.shape[1]))
        for i in range(model.layers):
            q, k, v = model.block(i).qkv(x)
            layers.append(torch.stack((k, v)))
            x = x + model.block(i).attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
            x = x + model.block(i).mlp(x)
    return torch.stack(layers).numpy()


def _ask_formula(bench: Bench) -> Samples:
    rng = bench.context.rng
    names = ("layers", "heads", "head_dim", "tokens", "batch")
    sizes = {name: int(rng.integers(2, 129)) for name in names} | {"dtype_bytes": int(rng.choice([1, 2, 4]))}
    timeout = bench.context.within(CALL_SECONDS)
    reply = bench.workers["solution"].call("cache_bytes", timeout=timeout, sizes=sizes)
    return {"sizes": sizes, "answer": integer(reply.body, "bytes")}
