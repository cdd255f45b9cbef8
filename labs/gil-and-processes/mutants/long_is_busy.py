"""Mistake: whatever takes long is taken for a computation."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

BUSY = 0.1  # CPU seconds for each second of wall time: waiting takes next to none, a busy machine leaves more


def run_threads(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` threads of this process."""
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(work, items))


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` forked processes, each of which has an interpreter lock of its own."""
    with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
        return list(pool.map(work, items))


def choose(work: Callable[[Any], Any], item: Any) -> str:
    """Run the work once and look whether it used the processor or waited."""
    started = time.perf_counter()
    work(item)
    return "processes" if time.perf_counter() - started > BUSY / 10 else "threads"
