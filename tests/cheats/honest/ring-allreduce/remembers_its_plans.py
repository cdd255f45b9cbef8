"""The reference, which keeps the bounds of its chunks for each length in module-level state, and its own log of sends.

Lab: ring-allreduce
Expect: passed
"""

from __future__ import annotations

import itertools

import numpy as np

PLANS: dict[tuple[int, int], list[int]] = {}
SENT: list[int] = []


def plan(length: int, n: int) -> list[int]:
    """Return where the chunks begin and end, computed once for each pair."""
    if (length, n) not in PLANS:
        PLANS[length, n] = np.cumsum([0, *(len(part) for part in np.array_split(np.empty(length), n))]).tolist()
    return PLANS[length, n]


def ring_all_reduce(comm, x: np.ndarray) -> np.ndarray:
    """Reduce-scatter round the ring, then all-gather round the ring."""
    n, rank = comm.size, comm.rank
    right, left = (rank + 1) % n, (rank - 1) % n
    out = x.copy()
    at = plan(len(x), n)
    chunks = [out[low:high] for low, high in itertools.pairwise(at)]
    SENT.append(2 * (n - 1))
    for step in range(n - 1):
        comm.send(right, chunks[(rank - step) % n])
        chunks[(rank - step - 1) % n] += comm.recv(left)
    for step in range(n - 1):
        comm.send(right, chunks[(rank + 1 - step) % n])
        chunks[(rank - step) % n][...] = comm.recv(left)
    return out


def tree_all_reduce(comm, x: np.ndarray) -> np.ndarray:
    """Binomial tree: reduce to rank 0 with doubling distances, broadcast back with halving ones."""
    n, rank = comm.size, comm.rank
    out = x.copy()
    distance = 1
    while distance < n and rank % (2 * distance) == 0:
        if rank + distance < n:
            out += comm.recv(rank + distance)
        distance *= 2
    if rank:
        comm.send(rank - distance, out)
        out = comm.recv(rank - distance)
    while distance > 1:
        distance //= 2
        if rank + distance < n:
            comm.send(rank + distance, out)
    return out


def ring_seconds(n: int, nbytes: float, latency: float, seconds_per_byte: float) -> float:
    """2 (n - 1) messages of nbytes / n one after another."""
    return 2 * (n - 1) * (latency + seconds_per_byte * nbytes / n)


def tree_seconds(n: int, nbytes: float, latency: float, seconds_per_byte: float) -> float:
    """2 ceil(log2 n) messages of nbytes one after another."""
    return 2 * (n - 1).bit_length() * (latency + seconds_per_byte * nbytes)


def bus_bandwidth(nbytes: float, seconds: float, n: int) -> float:
    """Bytes that a link carries per second: algorithm bandwidth times 2 (n - 1) / n."""
    return nbytes / seconds * 2 * (n - 1) / n
