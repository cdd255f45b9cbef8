"""Gives the referee a core of its own where there is a second one, so that its stamps are not late.

On a shared core the kernel lets a computing worker finish its slice before it wakes the referee: tokens were then
seen to arrive several at once. All workers share one other core, so no arm of a comparison is better off by its place
or by more threads than the rest.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Placement:
    """Cores of the referee and of the workers; empty means wherever the kernel likes."""

    referee: tuple[int, ...] = ()
    workers: tuple[int, ...] = ()


def plan() -> Placement:
    """Return the first core for the referee and the last for the workers, or an empty plan on a single core."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return Placement((cores[0],), (cores[-1],)) if len(cores) > 1 else Placement()


def pin(cores: tuple[int, ...]) -> None:
    """Keep the calling process on ``cores``."""
    if cores:
        os.sched_setaffinity(0, cores)
