"""Spread work over threads and over processes, and find out which of the two a piece of work needs.

``work`` is a function of one argument. ``items`` is a list of arguments, perhaps empty, perhaps shorter than ``n``. ``n`` >= 1. Results are
integers. A result depends on its item alone.

This file runs, but it does everything in one thread and never looks at what the work does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def run_threads(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Return ``[work(item) for item in items]``, worked on by ``n`` threads of this process.

    Write this: never more than ``n`` items at once, ``n`` at once while there are enough; each item once; results in the order of the
    items. What ``work`` raises, the caller gets. When the function returns, its threads have ended.
    """
    return [work(item) for item in items]


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """The same with ``n`` other processes instead of threads; this process only hands out items and collects results.

    Write this: start the processes by fork, so that they know ``work`` without importing it. Items differ in size and nobody tells you
    how much: a process that is idle takes the next item. When the function returns, no child process is left.
    """
    return [work(item) for item in items]


def choose(work: Callable[[Any], Any], item: Any) -> str:
    """Return "threads" when many calls of ``work`` should be spread over threads, "processes" when it takes processes.

    Write this: run ``work(item)``, once or a few times, and measure. The work either waits (for a socket, a disk, a timer) or
    computes in pure Python, for 20 to 60 ms of wall time in both cases.
    """
    return "threads"
