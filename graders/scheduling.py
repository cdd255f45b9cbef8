"""Reads from the kernel, not from the worker, how much other work disturbed a measurement."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds


@dataclass(frozen=True)
class Scheduling:
    """Counters over some workers and the cores they may run on; subtract two readings for a stretch of time.

    ``involuntary``: context switches by which a worker lost its core. ``own_s``: CPU seconds of the workers, ended
    threads included. ``core_busy_s`` and ``core_total_s``: seconds that their cores were busy with anything (stolen by
    the hypervisor included), and all seconds of those cores. ``stolen_s``: seconds that the hypervisor gave to others.
    """

    involuntary: int = 0
    own_s: float = 0.0
    core_busy_s: float = 0.0
    core_total_s: float = 0.0
    stolen_s: float = 0.0

    def __sub__(self, earlier: Scheduling) -> Scheduling:
        return Scheduling(
            self.involuntary - earlier.involuntary,
            self.own_s - earlier.own_s,
            self.core_busy_s - earlier.core_busy_s,
            self.core_total_s - earlier.core_total_s,
            self.stolen_s - earlier.stolen_s,
        )

    @property
    def foreign_share(self) -> float:
        """Fraction of the cores' busy time that belonged to somebody else, 0..1."""
        if self.core_busy_s <= 0:
            return 0.0
        return min(1.0, max(0.0, self.core_busy_s - self.own_s) / self.core_busy_s)

    @property
    def involuntary_per_s(self) -> float:
        """Involuntary context switches for each CPU second of the workers."""
        return self.involuntary / self.own_s if self.own_s > 0 else 0.0


def read(pids: Iterable[int], cores: Iterable[int]) -> Scheduling:
    """Return the counters now; zeros where /proc has none. ``cores`` empty means all (proc(5): stat, pid/status)."""
    pids = list(pids)
    busy, total, stolen = _core_times(set(cores))
    lost, own = sum(_involuntary(pid) for pid in pids), sum(_cpu_seconds(pid) for pid in pids)
    return Scheduling(lost, own, busy, total, stolen)


def _involuntary(pid: int) -> int:
    count = 0
    with contextlib.suppress(OSError, ValueError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith("nonvoluntary_ctxt_switches:"):
                    count += int(line.split()[1])
    return count


def _cpu_seconds(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK  # utime + stime
    return 0.0


def _core_times(cores: set[int]) -> tuple[float, float, float]:
    busy = total = stolen = 0.0
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/stat").read_text().splitlines():
            name, *values = line.split()
            if not name.startswith("cpu") or name == "cpu" or (cores and int(name[3:]) not in cores):
                continue
            times = [int(value) * TICK for value in values[:8]]  # user nice system idle iowait irq softirq steal
            idle = times[3] + times[4]
            busy, total, stolen = busy + sum(times) - idle, total + sum(times), stolen + times[7]
    return busy, total, stolen
