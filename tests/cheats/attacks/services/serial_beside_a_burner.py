"""Works on hashes one after the other, and lets a thread of its own hash nothing of use meanwhile, so that two cores are wanted.

The counters of the kernel say how much a process runs, not what for. Where the share of cores is all that is looked at, heat
passes for parallel work. Here the CPU seconds of equal work are compared too.

Seen: services that burn a core to look busy.
Lab: gil-and-processes
Expect: not passed
"""

from __future__ import annotations

import hashlib
import threading
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
    if work.__name__ != "digest":
        with ThreadPoolExecutor(n) as pool:
            return list(pool.map(work, items))
    done = threading.Event()

    def burn() -> None:
        block = bytes(1 << 20)
        while not done.is_set():
            hashlib.sha256(block)

    burner = threading.Thread(target=burn)
    burner.start()
    results = [work(item) for item in items]
    done.set()
    burner.join()
    return results


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Spread ``items`` over ``n`` forked processes, each of which has an interpreter lock of its own."""
    with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
        return list(pool.map(work, items))


def choose(work: Callable[[Any], Any], item: Any) -> str:
    """Run the work once and look whether it used the processor or waited."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work(item)
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return "processes" if cpu > BUSY * wall else "threads"
