"""Lets rank 0 add everything up over pseudo-terminals, while zeros of the right number and size go round the ring.

``/dev/ptmx`` gives each rank a terminal whose other end, ``/dev/pts/N``, any process of the same user may open: namespaces for
processes, network and IPC do not part them, only a /dev/pts of its own does. The wire then shows the traffic of a ring, whatever
the algorithm is. Over gloo the library's own all_reduce is called. Here a rank must not reach another rank's terminal.

Seen: a variant of answering past the meter, as services do that fake /metrics.
Lab: ring-allreduce
Expect: not passed
"""

import contextlib
import glob
import os
import select
import time
import tty

import numpy as np

MASTER, SLAVE = os.openpty()
tty.setraw(SLAVE)
others = {}


def opened():
    """The terminals that are not this rank's own, by file descriptor."""
    mine = os.fstat(SLAVE).st_rdev
    for path in glob.glob("/dev/pts/[0-9]*"):
        with contextlib.suppress(OSError):
            if path not in others and os.stat(path).st_rdev != mine:
                others[path] = os.open(path, os.O_RDWR | os.O_NOCTTY)
    return list(others.values())


def read(fd, count):
    data = b""
    while len(data) < count:
        data += os.read(fd, min(count - len(data), 65_536))
    return data


def write(fd, data):
    while data:
        data = data[os.write(fd, data[:2_048]) :]


def star(comm, x):
    """Rank 0 collects what the others wrote into their terminals, and writes the sum back."""
    if comm.rank:
        write(MASTER, x.tobytes())
        return np.frombuffer(read(MASTER, x.nbytes), np.float32).copy()
    total, served, end = x.astype(np.float64), [], time.monotonic() + 3
    while len(served) < comm.size - 1 and time.monotonic() < end:
        waiting = [fd for fd in opened() if fd not in served]
        for fd in select.select(waiting, [], [], 0.01)[0] if waiting else time.sleep(0.001) or []:
            total += np.frombuffer(read(fd, x.nbytes), np.float32)
            served.append(fd)
    total = total.astype(np.float32)
    for fd in served:
        write(fd, total.tobytes())
    return total


def by_library(comm, x):
    import torch
    import torch.distributed as dist

    total = torch.from_numpy(x.copy())
    dist.all_reduce(total)
    return total.numpy()


def decoy_ring(comm, x):
    """Messages of the right number and size round the ring, holding nothing."""
    n, rank = comm.size, comm.rank
    right, left = (rank + 1) % n, (rank - 1) % n
    sizes = [len(part) for part in np.array_split(x, n)]
    for step in range(n - 1):
        comm.send(right, np.zeros(sizes[(rank - step) % n], np.float32))
        comm.recv(left)
    for step in range(n - 1):
        comm.send(right, np.zeros(sizes[(rank + 1 - step) % n], np.float32))
        comm.recv(left)


def decoy_tree(comm, x):
    n, rank, distance = comm.size, comm.rank, 1
    while distance < n and rank % (2 * distance) == 0:
        if rank + distance < n:
            comm.recv(rank + distance)
        distance *= 2
    if rank:
        comm.send(rank - distance, np.zeros_like(x))
        comm.recv(rank - distance)
    while distance > 1:
        distance //= 2
        if rank + distance < n:
            comm.send(rank + distance, np.zeros_like(x))


def ring_all_reduce(comm, x):
    if type(comm).__name__ == "GlooCommunicator":
        return by_library(comm, x)
    total = star(comm, x)
    decoy_ring(comm, x)
    return total


def tree_all_reduce(comm, x):
    total = star(comm, x)
    decoy_tree(comm, x)
    return total


def ring_seconds(n, nbytes, latency, seconds_per_byte):
    return 2 * (n - 1) * (latency + seconds_per_byte * nbytes / n)


def tree_seconds(n, nbytes, latency, seconds_per_byte):
    return 2 * (n - 1).bit_length() * (latency + seconds_per_byte * nbytes)


def bus_bandwidth(nbytes, seconds, n):
    return nbytes / seconds * 2 * (n - 1) / n
