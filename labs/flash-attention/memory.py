"""Reads from the kernel what a worker holds during one call: new memory, old memory it touches, helper processes.

A score matrix is found wherever it lies: allocated in the call (the peak of the resident set grows), allocated earlier
(its pages are touched), or in another process (there must be none).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graders.errors import SolutionError, SolutionTimeoutError, UnavailableError
from graders.process import Worker

POLL_SECONDS = 0.002
KIB = 1024
CLEAR_REFERENCED, RESET_PEAK = "1", "5"  # proc(5), /proc/pid/clear_refs


@dataclass(frozen=True)
class Watched:
    """One call. ``grown`` and ``touched`` in bytes; ``touched`` is None where the kernel does not tell."""

    grown: int
    touched: int | None
    helpers: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return vars(self)


def watch(worker: Worker, op: str, timeout: float, **fields: Any) -> Watched:
    """Make one request and look at the worker's memory until it answers.

    The peak (VmHWM) is reset before the call. Where the kernel refuses that, an earlier peak may lie above this call's;
    then the largest resident set that polling saw counts.
    """
    if not status(worker.pid):
        raise UnavailableError("/proc", "this lab reads a process's peak memory from /proc", "run it on Linux")
    reset = _write(worker.pid, CLEAR_REFERENCED) and _write(worker.pid, RESET_PEAK)
    before = status(worker.pid)
    seen, helpers = before["VmRSS"], 0
    started = time.perf_counter()
    identifier = worker.post(op, **fields)
    while (message := worker.receive(POLL_SECONDS)) is None:
        seen = max(seen, status(worker.pid).get("VmRSS", 0))
        helpers = max(helpers, helper_count(worker.pid))
        if time.perf_counter() - started > timeout:
            raise SolutionTimeoutError(f"no answer to {op!r} within {timeout:.0f} s")
    if message.body.get("id") != identifier or message.body["type"] != "reply":
        raise SolutionError(f"unexpected message while {op!r} was running")
    after = status(worker.pid)
    exact = reset or after["VmHWM"] > before["VmHWM"]
    peak = after["VmHWM"] if exact else max(seen, after["VmRSS"])
    return Watched(max(0, peak - before["VmRSS"]), _touched(worker.pid) if reset else None, helpers,
                   message.at - started)  # fmt: skip


def status(pid: int) -> dict[str, int]:
    """Return VmHWM, VmRSS and parent process id (bytes; PPid is a number); empty when /proc has no such process."""
    found = {}
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("VmHWM", "VmRSS"):
            found[name] = int(value.split()[0]) * KIB
        elif name == "PPid":
            found[name] = int(value)
    return found if "VmHWM" in found else {}


def helper_count(pid: int) -> int:
    """Return how many processes the worker has started that live now, those whose parent is gone included."""
    parent = status(pid).get("PPid", 0)
    strays = _children(parent) if parent not in (0, os.getpid()) else []  # the namespace's first process adopts them
    return len(_children(pid)) + len([each for each in strays if each != pid])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        return found
    return found


def _write(pid: int, command: str) -> bool:
    try:
        Path(f"/proc/{pid}/clear_refs").write_text(command)
    except OSError:
        return False
    return True


def _touched(pid: int) -> int | None:
    """Bytes of writable mappings that were used since the last clearing.

    Read-only ones are left out: pages of a shared library count as used when any other process uses them.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text().splitlines()
    except OSError:
        return None
    return writable_referenced(lines)


def writable_referenced(lines: Iterable[str]) -> int:
    """Sum ``Referenced`` over the writable mappings of an smaps file (proc(5)), in bytes."""
    total, writable = 0, False
    for line in lines:
        name, *values = line.split()
        if not name.endswith(":"):
            writable = "w" in values[0]  # the mapping's head: addresses, permissions, ...
        elif name == "Referenced:" and writable:
            total += int(values[0]) * KIB
    return total
