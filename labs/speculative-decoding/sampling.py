"""Sampled rounds: probabilities of target and draft, guesses drawn from the draft, and bounds on chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_COUNTED = 100  # fewer choices of one kind say too little about their scatter
LEAST_GAP = 0.12  # total variation by which two common mistakes miss p, so that they cannot hide in the noise


@dataclass(frozen=True)
class SampledCell:
    """One table of probabilities for many rounds: ``q`` (k, V) of the draft, ``p`` (k + 1, V) of the target."""

    name: str
    q: Floats
    p: Floats

    @property
    def k(self) -> int:
        """Guesses of one round."""
        return len(self.q)


def draw_cells(rng: np.random.Generator) -> list[SampledCell]:
    """Dense pairs, and one with zeros on either side (as top-k sampling makes them) and a place where p equals q."""
    single = _pairs(1, 6, rng)
    dense = _pairs(4, 8, rng)
    q, p = _pairs(3, 10, rng)
    for place in range(3):
        q[place] = _top(q[place], 5)
        p[place] = _top(p[place], 7)
    q[1] = p[1]
    return [SampledCell(name, *pair) for name, pair in (("k = 1", single), ("k = 4", dense), ("zeros", (q, p)))]


def total_variation(a: Floats, b: Floats) -> float:
    """Half the sum of |a - b|."""
    return float(np.abs(a - b).sum() / 2)


def accepted_share(p: Floats, q: Floats) -> float:
    """Probability that a guess drawn from q is accepted: sum of min(p, q) = 1 - total variation."""
    return float(np.minimum(p, q).sum())


def draw_guesses(cell: SampledCell, rounds: int, rng: np.random.Generator) -> Ints:
    """Guesses (n, k), place i from ``q[i]``."""
    places = [rng.choice(cell.q.shape[1], size=rounds, p=row) for row in cell.q]
    return np.stack(places, axis=1).astype(np.int64)


def variation_bound(samples: int, vocab: int, chance: float) -> float:
    """The total variation between p and ``samples`` draws of it exceeds this with at most probability ``chance``.

    P(TV >= e) <= 2^V exp(-2 n e^2) for any p (Bretagnolle, Huber and Carol).
    """
    return math.sqrt((vocab * math.log(2) - math.log(chance)) / (2 * samples))


def share_bound(samples: int, chance: float) -> float:
    """A share of ``samples`` independent trials misses its mean by more with at most this chance (Hoeffding 1963)."""
    return math.sqrt(math.log(2 / chance) / (2 * samples))


def pearson(counts: Ints, p: Floats) -> tuple[float, int]:
    """Sum of (n_x - n p_x)^2 / (n p_x) and its degrees of freedom, which are its mean for independent draws of p."""
    possible = p > 0
    due = counts.sum() * p[possible]
    if counts.sum() < LEAST_COUNTED:
        return 0.0, 0
    return float(((counts[possible] - due) ** 2 / due).sum()), int(possible.sum()) - 1


def least_spread(freedom: int, chance: float) -> float:
    """A chi-square falls below this share of its degrees of freedom with at most probability ``chance``.

    P(X <= r f) <= (r e^(1 - r))^(f / 2) for r < 1 (Chernoff), solved for r by bisection.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        r = (low + high) / 2
        too_rare = r <= 0 or freedom / 2 * (math.log(r) + 1 - r) < math.log(chance)
        low, high = (r, high) if too_rare else (low, r)
    return low


def wrong_form(drafted: Ints, tokens: Ints, lengths: Ints, vocab: int) -> NDArray[np.bool_]:
    """Which rounds are anything else than some first guesses and one token more."""
    k = drafted.shape[1]
    inside = np.arange(k + 1) < lengths[:, None]
    strange = ((tokens < 0) | (tokens >= vocab)) & inside
    accepted = np.arange(k) < lengths[:, None] - 1
    changed = (tokens[:, :k] != drafted) & accepted
    return np.asarray((lengths < 1) | (lengths > k + 1) | strange.any(axis=1) | changed.any(axis=1))


def count_places(tokens: Ints, lengths: Ints, vocab: int) -> list[list[int]]:
    """How often each token was yielded at each place, (k + 1, V)."""
    return [np.bincount(tokens[lengths > i, i], minlength=vocab).tolist() for i in range(tokens.shape[1])]


def count_decisions(drafted: Ints, tokens: Ints, lengths: Ints, vocab: int) -> dict[str, list[list[int]]]:
    """By place (k) and token (V): guesses that were tried, those accepted, and what came instead of the others."""
    found: dict[str, list[list[int]]] = {"tried": [], "accepted": [], "instead": []}
    for i in range(drafted.shape[1]):
        tried, accepted, rejected = lengths > i, lengths > i + 1, lengths == i + 1
        for name, chosen in (
            ("tried", drafted[tried, i]),
            ("accepted", drafted[accepted, i]),
            ("instead", tokens[rejected, i]),
        ):
            found[name].append(np.bincount(chosen, minlength=vocab).tolist())
    return found


def scatter(cell: dict[str, Any]) -> tuple[float, int]:
    """Chi-square, and its degrees of freedom, of what a sampler decides: acceptances, replacements, tokens behind all.

    The guesses are the referee's draws, so what was yielded at a place scatters even where the sampler draws nothing.
    """
    p, q = np.array(cell["p"]), np.array(cell["q"])
    found = [pearson(np.array(cell["counts"][-1]), p[-1])]
    for i, (tried, accepted, instead) in enumerate(zip(cell["tried"], cell["accepted"], cell["instead"], strict=True)):
        excess = np.maximum(p[i] - q[i], 0.0)
        if excess.any():
            found.append(pearson(np.array(instead), excess / excess.sum()))
        for x in np.flatnonzero((p[i] < q[i]) & (p[i] > 0)):
            chance = p[i, x] / q[i, x]
            found.append(pearson(np.array([accepted[x], tried[x] - accepted[x]]), np.array([chance, 1 - chance])))
    enough = [(value, freedom) for value, freedom in found if freedom > 0 and math.isfinite(value)]
    return sum(value for value, _ in enough), sum(freedom for _, freedom in enough)


def _pairs(k: int, vocab: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    q, p = np.empty((k, vocab)), np.empty((k + 1, vocab))
    p[k] = rng.dirichlet(np.ones(vocab))
    for i in range(k):
        while True:
            p[i], q[i] = rng.dirichlet(np.ones(vocab)), rng.dirichlet(np.ones(vocab))
            share = accepted_share(p[i], q[i])
            from_p = np.minimum(p[i], q[i]) + (1 - share) * p[i]  # what drawing from p after a rejection leads to
            if share >= 0.5 and min(total_variation(p[i], from_p), total_variation(p[i], q[i])) >= LEAST_GAP:
                break
    return q, p


def _top(row: Floats, keep: int) -> Floats:
    """Only the ``keep`` largest probabilities, normalised."""
    kept = np.where(row >= np.sort(row)[-keep], row, 0.0)
    return np.asarray(kept / kept.sum())
