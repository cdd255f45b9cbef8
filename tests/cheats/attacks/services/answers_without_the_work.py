"""Recognises the generator in the work's code and computes its result in closed form; the forked processes do nothing.

The work is a function of this process, whose constants can be read, and a linear congruential generator can be skipped ahead.
All results are right, and the wall clock shows a speedup of hundreds. Here equal work has to cost what the referee's own
processes spend on it, and cores have to be wanted while it lasts.

Seen: benchmarks whose work can be shortcut because its inputs are known.
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


def skipped_ahead(item, modulus, factor, summand):
    seed, steps = item
    power = pow(factor, steps, modulus)
    return (power * seed + summand * (power - 1) * pow(factor - 1, -1, modulus)) % modulus


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
        if work.__name__ != "crunch":
            return list(pool.map(work, items))
        known = work.__globals__
        return [skipped_ahead(item, known["MODULUS"], known["FACTOR"], known["SUMMAND"]) for item in items]
