"""A ring over plain slices and fresh arrays instead of views, with a pause in every step: nothing here is timed.

Lab: ring-allreduce
Expect: passed
"""

from __future__ import annotations

import itertools
import time

import numpy as np


def ring_all_reduce(comm, x: np.ndarray) -> np.ndarray:
    """Reduce-scatter round the ring, then all-gather round the ring."""
    n, rank = comm.size, comm.rank
    right, left = (rank + 1) % n, (rank - 1) % n
    base, longer = divmod(len(x), n)
    starts = [i * base + min(i, longer) for i in range(n + 1)]
    chunks = [x[low:high].copy() for low, high in itertools.pairwise(starts)]
    for step in range(n - 1):
        time.sleep(0.001)
        comm.send(right, chunks[(rank - step) % n])
        into = (rank - step - 1) % n
        chunks[into] = chunks[into] + comm.recv(left)
    for step in range(n - 1):
        comm.send(right, chunks[(rank + 1 - step) % n])
        chunks[(rank - step) % n] = comm.recv(left)
    return np.concatenate(chunks)


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
