"""Limits that the worker puts on itself before any of the learner's code runs."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

GIB = 1 << 30
FILE_BYTES = 64 << 20
OPEN_FILES = 256
EXTRA_PROCESSES = 128
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> bool:
    """Call prctl(2) on Linux; returns False where it is missing or refused."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent goes; exits when that has already happened."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def apply(*, cpu_seconds: int, cuda: bool) -> None:
    """Bound memory, file size, open files, processes and CPU time of this process and its children.

    With CUDA the memory limit is left out: the driver maps far more address space than it uses.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES if not cuda else 4 * OPEN_FILES)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    if hasattr(resource, "RLIMIT_NPROC"):
        _limit(resource.RLIMIT_NPROC, _threads_of_user() + EXTRA_PROCESSES)
    if not cuda and sys.platform.startswith("linux"):
        _limit(resource.RLIMIT_DATA, min(8 * GIB, _physical_memory() * 7 // 10))


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _threads_of_user() -> int:
    # RLIMIT_NPROC counts all threads of the user, so what already runs must fit below the limit.
    total, user = 0, os.getuid()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid == user:
                total += len(os.listdir(entry / "task"))
        except OSError:
            continue
    return total
