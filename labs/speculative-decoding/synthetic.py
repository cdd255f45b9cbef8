"""Greedy rounds of known acceptance: logits whose winners the referee knows, guesses right with probability alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

VOCAB = 16
MARGIN = 0.5  # the winner's lead before scaling, so that float32 knows no ties


@dataclass(frozen=True)
class GreedyCell:
    """``rounds`` passes with k guesses each: ``drafted`` (n, k), ``logits`` (n, k + 1, V), ``winners`` (n, k + 1)."""

    alpha: float
    k: int
    drafted: Ints
    logits: NDArray[np.float32]
    winners: Ints


def draw_cell(alpha: float, k: int, rounds: int, rng: np.random.Generator) -> GreedyCell:
    """Every guess is the winner of its row with probability ``alpha``, independently, also behind a wrong one."""
    logits = rng.standard_normal((rounds, k + 1, VOCAB), dtype=np.float32)
    winners = logits.argmax(axis=2)
    np.put_along_axis(logits, winners[..., None], logits.max(axis=2, keepdims=True) + np.float32(MARGIN), axis=2)
    logits *= (10.0 ** rng.uniform(-3, 3, size=(rounds, k + 1, 1))).astype(np.float32)
    right = rng.random((rounds, k)) < alpha
    other = (winners[:, :k] + rng.integers(1, VOCAB, size=(rounds, k))) % VOCAB
    return GreedyCell(alpha, k, np.where(right, winners[:, :k], other), logits, winners)


def allowed(drafted: Ints, winners: Ints) -> Ints:
    """How many tokens each pass yields, (n,): the matches before the first mismatch, plus one."""
    right = drafted == winners[:, : drafted.shape[1]]
    return np.asarray(np.cumprod(right, axis=1).sum(axis=1) + 1)


def wrong_rounds(cell: GreedyCell, tokens: Ints, lengths: Ints) -> NDArray[np.bool_]:
    """Which rounds yielded none, or anything but the first tokens of what greedy decoding of the target yields."""
    most = allowed(cell.drafted, cell.winners)
    inside = np.arange(cell.k + 1) < lengths[:, None]
    differs = ((tokens != cell.winners) & inside).any(axis=1)
    return np.asarray((lengths < 1) | (lengths > most) | differs)


def describe(cell: GreedyCell, i: int, tokens: Ints, length: int) -> str:
    """One wrong round in words."""
    most = int(allowed(cell.drafted, cell.winners)[i])
    seen = tokens[i, : max(0, length)].tolist()
    return (
        f"guesses {cell.drafted[i].tolist()}, target {cell.winners[i].tolist()}: got {seen}, right are the first {most}"
    )


def expected(alpha: float, k: int) -> float:
    """Mean tokens of a pass: the sum of alpha^i for i = 0..k."""
    return float(sum(alpha**i for i in range(k + 1)))
