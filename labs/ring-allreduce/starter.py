"""Write the all-reduce of a training or tensor-parallel job on nothing but send and recv.

Every rank is a process of its own and runs the same function with its own array. ``comm`` offers

    comm.rank, comm.size           0 <= rank < size
    comm.send(target, array)       sends a copy; buffered, so it returns at once
    comm.recv(source) -> array     waits for the next array from that rank; one sender's messages keep their order

Arrays are one-dimensional float32. Nothing else connects the ranks: every byte is counted on the wire.

This file runs, but nobody adds anything.
"""

from __future__ import annotations

import numpy as np


def ring_all_reduce(comm, x: np.ndarray) -> np.ndarray:
    """Return the sum of every rank's ``x`` [elements], float32, the same bits on each rank; ``x`` keeps its values.

    Write this: cut x into ``size`` chunks whose lengths differ by one element at most (no padding; chunks may be empty).
    Reduce-scatter: in each of size - 1 steps send one chunk to the next rank of the ring, receive another from the
    previous one and add it. Then one rank holds each chunk's sum. All-gather: size - 1 more steps pass the sums on. That
    is 2 (size - 1) messages per rank, each to the same neighbour, and 2 (size - 1) / size of x's bytes.
    """
    return x.copy()


def tree_all_reduce(comm, x: np.ndarray) -> np.ndarray:
    """Return the same sum by a binomial tree; any number of ranks, not only powers of two.

    Write this: add up towards rank 0 in ceil(log2 size) rounds (distances 1, 2, 4, ...), each with whole arrays, and send
    the sum back down in as many. All ranks together send 2 (size - 1) messages, and no chain of messages that wait for
    each other is longer than 2 ceil(log2 size).
    """
    return x.copy()


def ring_seconds(n: int, nbytes: float, latency: float, seconds_per_byte: float) -> float:
    """Return the seconds of a ring all-reduce of ``nbytes`` over ``n`` ranks when a message of m bytes takes
    latency + seconds_per_byte * m. Every rank can send one message and receive another at the same time."""
    return 0.0


def tree_seconds(n: int, nbytes: float, latency: float, seconds_per_byte: float) -> float:
    """Return the same for the tree, with ceil(log2 n) rounds up and as many down."""
    return 0.0


def bus_bandwidth(nbytes: float, seconds: float, n: int) -> float:
    """Return the bus bandwidth in bytes/s of an all-reduce of ``nbytes`` over ``n`` ranks that took ``seconds``.

    That is the rate at which each rank's link carried data in an algorithm that moves as few bytes as possible, so that
    the figure can be compared with the link's peak whatever n is.
    """
    return 0.0
