"""Forks real processes for the function by which the referee counts who asks, and runs everything else in threads.

The work has a name, and the only work that can see which process does it is the one that asks. Where identity is tested once
and time is read off the wall clock of a busy machine, threads pass for processes. Here the kernel's counters say how many
cores the pure Python work wanted.

Seen: services that are started for the health probe only.
Lab: gil-and-processes
Expect: not passed
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

BUSY = (
    0.1  # CPU seconds for each second of wall time; waiting takes next to none, and a busy machine rarely leaves less
)


def run_threads(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` threads of this process."""
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(work, items))


def choose(work: Callable[[Any], Any], item: Any) -> str:
    """Run the work once and look whether it used the processor or waited."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work(item)
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return "processes" if cpu > BUSY * wall else "threads"


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    if work.__name__ == "ask":
        with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
            return list(pool.map(work, items))
    return run_threads(work, items, n)
