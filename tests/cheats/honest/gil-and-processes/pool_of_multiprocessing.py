"""Another right way: a Pool of multiprocessing that hands out single items, and is joined.

Lab: gil-and-processes
Expect: passed
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    """Spread ``items`` over a pool, one at a time."""
    pool = get_context("fork").Pool(n)
    try:
        return pool.map(work, items, chunksize=1)
    finally:
        pool.close()
        pool.join()
