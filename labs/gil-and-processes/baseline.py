"""The referee's own pool: n processes that fetch the next item when they are idle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def run_processes(work: Callable[[Any], Any], items: list[Any], n: int) -> list[Any]:
    """Return ``work`` of every item, in order."""
    with ProcessPoolExecutor(n, mp_context=get_context("fork")) as pool:
        return list(pool.map(work, items))
