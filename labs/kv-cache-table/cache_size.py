"""Checks the size and the content of the solution's cache, and its formula, on sizes that it cannot know before."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from bench import CALL_SECONDS, DTYPE_BYTES, PROMPTS, Bench
from numpy.typing import NDArray
from torch.nn import functional

from graders import checks
from graders.answers import integer, integers
from graders.checks import Check
from graders.greedy import GreedyReference

CACHE_ERROR = 1e-3  # float32 keys and values of order 1 against float64
LONGEST_HIDDEN = 300  # positions, below the model's context


def size_checks(bench: Bench) -> list[Check]:
    """Compare bytes and values at the announced lengths and at a hidden one with a hidden batch."""
    rng, config = bench.context.rng, bench.config
    hidden = int(rng.integers(11, LONGEST_HIDDEN))
    shapes = [(1, length) for length in PROMPTS] + [(int(rng.integers(2, 5)), hidden)]
    sizes: list[Check] = []
    error = 0.0
    for batch, length in shapes:
        size, difference = _cache_of(bench, batch, length)
        expected = 2 * config.layers * config.heads * config.head_dim * length * DTYPE_BYTES * batch
        formula = f"2*{config.layers}*{config.heads}*{config.head_dim}*{length}*{DTYPE_BYTES}*{batch}"
        sizes.append(checks.exact("cache-bytes", size, expected, unit="bytes", formula=formula))
        error = max(error, difference)
    first_wrong = next((check for check in sizes if not check.passed), sizes[-1])
    message = f"keys and values differ from float64 by at most {error:.1e}, {CACHE_ERROR:.0e} allowed"
    values = checks.holds("cache-values", error <= CACHE_ERROR, message, value=error, bound=CACHE_ERROR)
    return [first_wrong, values, _formula_check(bench)]


def _cache_of(bench: Bench, batch: int, length: int) -> tuple[int, float]:
    """Return the bytes of the solution's cache and its largest distance from the reference (infinite if absent)."""
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
    return size, distance if math.isfinite(distance) else math.inf


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


def _formula_check(bench: Bench) -> Check:
    rng = bench.context.rng
    names = ("layers", "heads", "head_dim", "tokens", "batch")
    sizes = {name: int(rng.integers(2, 129)) for name in names} | {"dtype_bytes": int(rng.choice([1, 2, 4]))}
    timeout = bench.context.within(CALL_SECONDS)
    reply = bench.workers["solution"].call("cache_bytes", timeout=timeout, sizes=sizes)
    answer = integer(reply.body, "bytes")
    order = ("layers", "heads", "head_dim", "tokens", "dtype_bytes", "batch")
    formula = "2*L*H*D*T*dtype*b = 2*" + "*".join(str(sizes[name]) for name in order)
    return checks.exact("bytes-formula", answer, 2 * math.prod(sizes.values()), unit="bytes", formula=formula)
