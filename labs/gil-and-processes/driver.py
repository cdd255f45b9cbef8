"""Runs in the worker: the kinds of work, and the learner's functions that spread it."""

from __future__ import annotations

import hashlib
import select
import socket
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from graders.protocol import Body
from graders.session import Handler, Session

MODULUS, FACTOR, SUMMAND = 2**31 - 1, 48271, 11  # work.py of the referee knows the same generator
FIRST_STEPS = 1_000  # after which a piece of work knows whether it waits; work.py knows it too
BLOCK = bytes(1 << 20)
COUNTERS: list[socket.socket] = []


def crunch(item: Sequence[int]) -> int:
    """Pure Python: ``steps`` steps of a linear congruential generator from ``seed``. Holds the GIL."""
    seed, steps = item
    for _ in range(steps):
        seed = (seed * FACTOR + SUMMAND) % MODULUS
    return seed


def digest(item: Sequence[int]) -> int:
    """C code: SHA-256 of ``blocks`` MiB. hashlib lets go of the GIL while it works."""
    seed, blocks = item
    found = hashlib.sha256(seed.to_bytes(8, "little"))
    for _ in range(blocks):
        found.update(BLOCK)
    return int.from_bytes(found.digest()[:6], "little")


def ask(item: int) -> int:
    """Blocking I/O: ask at one of the referee's counters and wait for the answer."""
    counter = COUNTERS[item]
    counter.send(b"?")
    return int.from_bytes(counter.recv(8), "little")


def late(item: Sequence[int]) -> int:
    """Wait for so many milliseconds, then return the value."""
    value, milliseconds = item
    time.sleep(milliseconds / 1000)
    return value


def nap(milliseconds: int) -> int:
    """Wait as for a socket on which nothing comes."""
    select.select([], [], [], milliseconds / 1000)
    return milliseconds


def either(item: Sequence[int]) -> int:
    """Compute a little, and then wait or compute, as the result says: neither name nor item tells which."""
    seed, steps, milliseconds = item
    if crunch((seed, FIRST_STEPS)) % 2:
        return nap(milliseconds)
    return crunch((seed, steps))


def fragile(item: Sequence[int]) -> int:
    """Return the value, or raise where the item says so."""
    value, broken = item
    if broken:
        raise ValueError(f"item {value} is broken")
    return value


WORK = {function.__name__: function for function in (crunch, digest, ask, late, either, fragile)}


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""

    def spread(request: Body) -> list[int | str]:
        work, items = WORK[request["work"]], list(request["items"])
        if request["how"] == "serial":
            return [work(item) for item in items]
        function = getattr(solution, f"run_{request['how']}")
        return _results(function(work, items, request["n"]), function.__name__)

    def run(request: Body) -> Body:
        return {"results": spread(request)}

    def fail(request: Body) -> Body:
        try:
            return {"results": spread(request)}
        except ValueError as error:
            return {"raised": str(error)[:200]}

    def counters(request: Body) -> Body:
        COUNTERS[:] = [session.socket(name) for name in request["names"]]
        return {}

    def choose(request: Body) -> Body:
        answer = solution.choose(WORK[request["work"]], request["item"])
        if answer not in ("threads", "processes"):
            raise TypeError(f'choose returns "threads" or "processes", got {answer!r:.80}')
        return {"answer": answer}

    return {"run": run, "fail": fail, "counters": counters, "choose": choose}


def _results(answer: Any, name: str) -> list[int | str]:
    if not isinstance(answer, list):
        raise TypeError(f"{name} returns a list of results, got {type(answer).__name__}")
    return [value if isinstance(value, int) else repr(value)[:80] for value in answer]
