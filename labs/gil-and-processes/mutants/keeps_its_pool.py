"""Mistake: the processes stay for the next call."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

POOL: tuple[int, ProcessPoolExecutor] | None = None
BUSY = 0.1  # CPU seconds for each second of wall time: waiting takes next to none, a busy machine leaves more


def run_threads(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` threads of this process."""
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(work, items))


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` forked processes, each of which has an interpreter lock of its own."""
    global POOL
    if POOL is None or POOL[0] != n:
        if POOL is not None:
            POOL[1].shutdown()
        POOL = n, ProcessPoolExecutor(n, mp_context=get_context("fork"))
    return list(POOL[1].map(work, items))


def choose(work: Callable[[Any], Any], item: Any) -> str:
    """Run the work once and look whether it used the processor or waited."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work(item)
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return "processes" if cpu > BUSY * wall else "threads"
