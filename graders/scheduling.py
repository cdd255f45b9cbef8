"""Reads from the kernel, not from the worker, how much a process was kept waiting for a core."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scheduling:
    """Counters of one process over all its threads: switches, and seconds on a core and waiting for one."""

    involuntary: int = 0
    running_s: float = 0.0
    waiting_s: float = 0.0

    def __sub__(self, earlier: Scheduling) -> Scheduling:
        return Scheduling(
            self.involuntary - earlier.involuntary,
            self.running_s - earlier.running_s,
            self.waiting_s - earlier.waiting_s,
        )

    def __add__(self, other: Scheduling) -> Scheduling:
        return Scheduling(
            self.involuntary + other.involuntary,
            self.running_s + other.running_s,
            self.waiting_s + other.waiting_s,
        )

    @property
    def waiting_share(self) -> float:
        """Fraction of its runnable time that the process waited for a core, 0..1."""
        total = self.running_s + self.waiting_s
        return self.waiting_s / total if total > 0 else 0.0

    @property
    def involuntary_per_s(self) -> float:
        """Involuntary context switches for each second on a core."""
        return self.involuntary / self.running_s if self.running_s > 0 else 0.0


def read(pid: int) -> Scheduling:
    """Return the counters of ``pid`` now; zeros where /proc has none (proc(5): status, schedstat)."""
    total = Scheduling()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total = total + _read_task(task)
    return total


def _read_task(task: Path) -> Scheduling:
    involuntary, running, waiting = 0, 0, 0
    with contextlib.suppress(OSError, ValueError):
        for line in (task / "status").read_text().splitlines():
            if line.startswith("nonvoluntary_ctxt_switches:"):
                involuntary = int(line.split()[1])
    with contextlib.suppress(OSError, ValueError):
        running, waiting = (int(value) for value in (task / "schedstat").read_text().split()[:2])
    return Scheduling(involuntary, running / 1e9, waiting / 1e9)
