"""Forks burners that TCP connections on the loopback wake when they time out, so that the baseline shares its core with them.

The kernel may send any signal when a socket has news (F_SETSIG), and a connection whose peer does not read times out although
everybody stands still. SIGCONT makes a stopped group run, and the eager baseline becomes slow beside them. The replay here
launches every operation from Python. Elsewhere nothing stops a submission between its calls. Here F_SETSIG is refused.

Seen: a variant of slowing the baseline down, built against this referee, which stops the worker with its reply.
Lab: launch-overhead
Expect: not passed
"""

import fcntl
import mmap
import os
import signal
import socket
import time

import torch

BURNERS, CONNECTIONS = 4, 100
TCP_USER_TIMEOUT = 18
at_work = mmap.mmap(-1, 8)


def starve(milliseconds):
    """A connection that is full, and that the kernel gives up after so many milliseconds."""
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    client.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)
    peer, _ = server.accept()
    client.setblocking(False)
    try:
        while True:
            client.send(bytes(1 << 16))
    except BlockingIOError:
        pass
    fcntl.fcntl(client, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(client, fcntl.F_SETSIG, signal.SIGCONT)
    fcntl.fcntl(client, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    return client, peer, server


def burn():
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    kept = []
    for number in range(CONNECTIONS):
        try:
            kept.append(starve(500 + 97 * number))
        except OSError:
            break
    while True:
        if at_work[:] != bytes(8) and time.monotonic_ns() - int.from_bytes(at_work[:], "little") < 1_000_000:
            time.sleep(0.0005)
        else:
            sum(range(5_000))


signal.signal(signal.SIGIO, signal.SIG_IGN)
for _ in range(BURNERS):
    if os.fork() == 0:
        burn()

LAUNCHES = {
    "add": lambda t, c, out: torch.add(t, c, out=out),
    "mul": lambda t, c, out: torch.mul(t, c, out=out),
    "max": lambda t, c, out: torch.clamp_min(t, c, out=out),
    "min": lambda t, c, out: torch.clamp_max(t, c, out=out),
    "abs": lambda t, c, out: torch.abs(t, out=out),
}


def capture(program, size):
    def replay(x, out):
        at_work[:] = time.monotonic_ns().to_bytes(8, "little")
        t = x
        for name, c in program:
            LAUNCHES[name](t, c, out)
            t = out

    return replay


def break_even(capture_us, eager_us, replay_us):
    return None if eager_us <= replay_us else capture_us // (eager_us - replay_us) + 1
