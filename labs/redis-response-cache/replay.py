"""Draws what is replayed: a Zipf trace with updates, and traces whose hit ratio is fixed by construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from slow_model import Item

INPUTS = 30  # distinct inputs of each model
ZIPF = 1.0  # exponent: the k-th most popular item is asked in proportion to 1/k
OLD_VERSION_SHARE = 0.2  # of a model's requests after its version went up
SHARED_BYTES = 40  # all inputs begin and end alike


@dataclass(frozen=True)
class Step:
    """Ask for an item, or replace its weights under the same version and invalidate it."""

    kind: Literal["ask", "update"]
    item: Item


def draw_inputs(rng: np.random.Generator, count: int) -> list[bytes]:
    """Draw distinct inputs that differ only in the middle, or in a trailing zero byte."""
    head, tail = rng.bytes(SHARED_BYTES), rng.bytes(SHARED_BYTES)
    first = [head + rng.bytes(8) + tail for _ in range(count - count // 5)]
    return first + [inputs + b"\0" for inputs in first[: count // 5]]


def draw_models(rng: np.random.Generator) -> tuple[tuple[str, int], tuple[str, int]]:
    """Draw two models with versions such that name + version, joined carelessly, is the same text."""
    stem, version = f"ranker-{rng.bytes(2).hex()}", int(rng.integers(2, 9))
    return (stem, 10 + version), (f"{stem}1", version)


def zipf_trace(rng: np.random.Generator, requests: int, updates: int) -> list[Step]:
    """Draw a trace over two models that get a new version halfway; ``updates`` items are replaced on the way."""
    models, inputs = draw_models(rng), draw_inputs(rng, INPUTS)
    universe = [(model, payload) for model in models for payload in inputs]
    rng.shuffle(universe)
    weights = 1.0 / np.arange(1, len(universe) + 1) ** ZIPF
    ranks = rng.choice(len(universe), size=requests, p=weights / weights.sum())
    at_update = set(rng.choice(np.arange(requests // 8, requests), size=updates, replace=False).tolist())
    steps: list[Step] = []
    for i, rank in enumerate(ranks):
        (model, version), payload = universe[rank]
        newer = i >= requests // 2 and rng.random() >= OLD_VERSION_SHARE
        steps.append(Step("ask", Item(model, version + newer, payload)))
        if i in at_update:
            item = steps[int(rng.integers(len(steps)))].item
            steps += [Step("update", item), Step("ask", item)]
    return steps


def built_trace(rng: np.random.Generator, requests: int, hit_ratio: float, warm: list[Item]) -> list[Step]:
    """Draw a trace with exactly that share of hits: warm items for the hits, a new item for each miss."""
    hits = round(hit_ratio * requests)
    picks = [warm[int(i)] for i in rng.integers(len(warm), size=hits)]
    items = picks + [fresh_item(rng) for _ in range(requests - hits)]
    rng.shuffle(items)
    return [Step("ask", item) for item in items]


def fresh_item(rng: np.random.Generator) -> Item:
    """Draw an item that was never asked for."""
    return Item("embedder", int(rng.integers(1, 100)), rng.bytes(int(rng.integers(16, 200))))
